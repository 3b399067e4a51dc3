-- Every revision says where it comes from: an `answer` of a person at work, or an `import` (a model's output, say).
-- Until now that was told by the campaign; copies in other versions have none, but bear the names of the actions.

alter table data.annotations add column origin varchar;
update data.annotations set origin = case
  when campaign_id is not null then 'answer'
  when source in ('annotation', 'review', 'rework', 'reject', 'skip', 'discard', 'ended') then 'answer'
  when source in (select name from data.campaigns) then 'answer'
  else 'import' end;

-- Long work on its way in: its rows are written in pieces under an id that is no version, campaign or dataset yet, and
-- are seen by nobody until the last step gives them to theirs. What stands here was not brought to its end.
create table data.staged (batch_id bigint primary key, created timestamp not null);

drop view shapes;
drop view shape_history;
drop view annotations;

create or replace view assets as
select a.asset_id, a.dataset_id, va.version_id, a.name, a.path, a.folder, a.width, a.height, a.bytes,
       cast(a.metadata as json) as metadata, a.sequence, a.moment, va.position
from data.version_assets va join data.assets a on a.asset_id = va.asset_id
where va.version_id not in (select batch_id from data.staged);

create view annotations as
select n.annotation_id, n.asset_id, n.version_id, n.campaign_id, n.task_id, t.step, m.login as member, n.source,
       n.nothing_to_label, cast(n.tags as json) as tags, coalesce(s.shapes, 0) as shapes, n.created,
       n.annotation_id = max(n.annotation_id) over (partition by n.version_id, n.asset_id) as is_latest,
       cast(coalesce(n.tag_attributes, '{}') as json) as tag_attributes, n.origin
from data.annotations n
join data.members m on m.member_id = n.member_id
left join data.tasks t on t.task_id = n.task_id
left join (select annotation_id, count(*) as shapes from data.shapes group by 1) s
  on s.annotation_id = n.annotation_id
where n.version_id not in (select batch_id from data.staged);

create view shape_history as
select s.annotation_id, n.asset_id, a.name as asset, n.version_id, n.campaign_id, n.task_id, s.position,
       s.shape_id, s.label,
       s.kind, cast(s.points as json) as points, cast(s.attributes as json) as attributes, s.confidence, s.area,
       s.x, s.y, s.width, s.height, m.login as member, n.created,
       s.color, cast(s.rle as json) as rle, cast(s.visibility as json) as visibility,
       cast(coalesce(s.also, '[]') as json) as also, n.origin
from data.shapes s
join data.annotations n on n.annotation_id = s.annotation_id
join data.assets a on a.asset_id = n.asset_id
join data.members m on m.member_id = n.member_id
where n.version_id not in (select batch_id from data.staged);

create view shapes as
select h.* from shape_history h
join (select max(annotation_id) as annotation_id from data.annotations group by version_id, asset_id) l
  on l.annotation_id = h.annotation_id;
