-- A polygon may have several rings (a JSON list of how many of its points belong to each; null for one ring). Shapes may
-- belong together (`group`), or be one object in many frames (`track`; `keyframe`: somebody set it in this one).

alter table data.shapes add column rings varchar;
alter table data.shapes add column "group" varchar;
alter table data.shapes add column track varchar;
alter table data.shapes add column keyframe boolean default false;

drop view shapes;
drop view shape_history;

create view shape_history as
select s.annotation_id, n.asset_id, a.name as asset, n.version_id, n.campaign_id, n.task_id, s.position,
       s.shape_id, s.label,
       s.kind, cast(s.points as json) as points, cast(s.attributes as json) as attributes, s.confidence, s.area,
       s.x, s.y, s.width, s.height, m.login as member, n.created,
       s.color, cast(s.rle as json) as rle, cast(s.visibility as json) as visibility,
       cast(coalesce(s.also, '[]') as json) as also, n.origin,
       cast(s.rings as json) as rings, s."group", s.track, s.keyframe
from data.shapes s
join data.annotations n on n.annotation_id = s.annotation_id
join data.assets a on a.asset_id = n.asset_id
join data.members m on m.member_id = n.member_id
where n.version_id not in (select batch_id from data.staged);

create view shapes as
select h.* from shape_history h
join (select max(annotation_id) as annotation_id from data.annotations group by version_id, asset_id) l
  on l.annotation_id = h.annotation_id;
