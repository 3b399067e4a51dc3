-- Several people answer for one asset: a task says which copy it is, and what was said in a copy has `copy` for its
-- origin: it is a revision of its task, and nothing that the version shows, or showed.

alter table data.tasks add column copy integer;

-- As before, without the answers of copies.
create or replace view data.version_annotations as
select n.version_id, n.asset_id, n.annotation_id, false as inherited
from data.annotations n join data.versions v on v.version_id = n.version_id where n.origin <> 'copy'
union all
select version_id, asset_id, annotation_id, true from (
  select l.version_id, h.asset_id, h.annotation_id,
         row_number() over (
           partition by l.version_id, h.asset_id order by l.height desc, h.annotation_id desc nulls last
         ) as nth
  from data.version_layers l join data.layer_heads h on h.layer_id = l.layer_id where l.annotations and not l.own
) h where nth = 1 and annotation_id is not null and not exists (
  select 1 from data.version_layers o join data.layer_heads g on g.layer_id = o.layer_id
  where o.own and o.version_id = h.version_id and g.asset_id = h.asset_id and g.annotation_id is null
);

-- With them: what the public views of all revisions are of.
create view data.all_annotations as
select version_id, asset_id, annotation_id, inherited from data.version_annotations
union all
select n.version_id, n.asset_id, n.annotation_id, false
from data.annotations n join data.versions v on v.version_id = n.version_id where n.origin = 'copy';

create or replace view tasks as
select t.task_id, t.campaign_id, c.name as campaign, t.asset_id, a.name as asset, t.step, s.name as step_name, s.kind,
       t.round, t.state, t.outcome, t.status, m.login as assignee, t.created, t.opened, t.closed, t.worked_s,
       t.is_current, coalesce(i.issues, 0) as issues, t.leased_until, t.note, t.position, a.sequence,
       t.shown_s, t.editing_s, t.copy
from data.tasks t
join data.campaigns c on c.campaign_id = t.campaign_id
join data.assets a on a.asset_id = t.asset_id
join data.steps s on s.campaign_id = t.campaign_id and s.step = t.step
left join data.members m on m.member_id = t.assignee_id
left join (
  select campaign_id, asset_id, count(*) as issues from data.issues where state <> 'resolved' group by 1, 2
) i on i.campaign_id = t.campaign_id and i.asset_id = t.asset_id;

create or replace view annotations as
select n.annotation_id, n.asset_id, r.version_id, case when not r.inherited then n.campaign_id end as campaign_id,
       case when not r.inherited then n.task_id end as task_id, t.step, m.login as member, n.source,
       n.nothing_to_label, cast(n.tags as json) as tags, coalesce(s.shapes, 0) as shapes, n.created,
       h.annotation_id is not null as is_latest,
       cast(coalesce(n.tag_attributes, '{}') as json) as tag_attributes, n.origin, t.copy
from data.all_annotations r
join data.annotations n on n.annotation_id = r.annotation_id
join data.members m on m.member_id = n.member_id
left join data.tasks t on t.task_id = n.task_id and not r.inherited
left join data.version_heads h
  on h.version_id = r.version_id and h.asset_id = r.asset_id and h.annotation_id = r.annotation_id
left join (select annotation_id, count(*) as shapes from data.shapes group by 1) s
  on s.annotation_id = n.annotation_id;

create or replace view shape_history as
select s.annotation_id, n.asset_id, a.name as asset, r.version_id,
       case when not r.inherited then n.campaign_id end as campaign_id,
       case when not r.inherited then n.task_id end as task_id, s.position,
       s.shape_id, s.label,
       s.kind, cast(s.points as json) as points, cast(s.attributes as json) as attributes, s.confidence, s.area,
       s.x, s.y, s.width, s.height, m.login as member, n.created,
       s.color, cast(s.rle as json) as rle, cast(s.visibility as json) as visibility,
       cast(coalesce(s.also, '[]') as json) as also, n.origin,
       cast(s.rings as json) as rings, s."group", s.track, s.keyframe
from data.shapes s
join data.all_annotations r on r.annotation_id = s.annotation_id
join data.annotations n on n.annotation_id = r.annotation_id
join data.assets a on a.asset_id = n.asset_id
join data.members m on m.member_id = n.member_id;
