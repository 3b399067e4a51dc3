-- Shapes may have further labels beside the first (a JSON list of names), and the tags of an annotation attributes (a
-- JSON object: tag, then attribute, then value). Where there are none, the column is null.

alter table data.shapes add column also varchar;
alter table data.annotations add column tag_attributes varchar;

drop view shapes;
drop view shape_history;
drop view annotations;

create view annotations as
select n.annotation_id, n.asset_id, n.version_id, n.campaign_id, n.task_id, t.step, m.login as member, n.source,
       n.nothing_to_label, cast(n.tags as json) as tags, coalesce(s.shapes, 0) as shapes, n.created,
       n.annotation_id = max(n.annotation_id) over (partition by n.version_id, n.asset_id) as is_latest,
       cast(coalesce(n.tag_attributes, '{}') as json) as tag_attributes
from data.annotations n
join data.members m on m.member_id = n.member_id
left join data.tasks t on t.task_id = n.task_id
left join (select annotation_id, count(*) as shapes from data.shapes group by 1) s
  on s.annotation_id = n.annotation_id;

create view shape_history as
select s.annotation_id, n.asset_id, a.name as asset, n.version_id, n.campaign_id, n.task_id, s.position,
       s.shape_id, s.label,
       s.kind, cast(s.points as json) as points, cast(s.attributes as json) as attributes, s.confidence, s.area,
       s.x, s.y, s.width, s.height, m.login as member, n.created,
       s.color, cast(s.rle as json) as rle, cast(s.visibility as json) as visibility,
       cast(coalesce(s.also, '[]') as json) as also
from data.shapes s
join data.annotations n on n.annotation_id = s.annotation_id
join data.assets a on a.asset_id = n.asset_id
join data.members m on m.member_id = n.member_id;

create view shapes as
select h.* from shape_history h
join (select max(annotation_id) as annotation_id from data.annotations group by version_id, asset_id) l
  on l.annotation_id = h.annotation_id;
