-- Shapes may have a color of their own, the pixels of a mask (COCO's RLE object as JSON text: size and counts), and the
-- visibility of the points of a skeleton (a JSON list of 0, 1 or 2). Where a shape has none, the column is null.

alter table data.shapes add column color varchar;
alter table data.shapes add column rle varchar;
alter table data.shapes add column visibility varchar;

drop view shapes;
drop view shape_history;

create view shape_history as
select s.annotation_id, n.asset_id, a.name as asset, n.version_id, n.campaign_id, n.task_id, s.position,
       s.shape_id, s.label,
       s.kind, cast(s.points as json) as points, cast(s.attributes as json) as attributes, s.confidence, s.area,
       s.x, s.y, s.width, s.height, m.login as member, n.created,
       s.color, cast(s.rle as json) as rle, cast(s.visibility as json) as visibility
from data.shapes s
join data.annotations n on n.annotation_id = s.annotation_id
join data.assets a on a.asset_id = n.asset_id
join data.members m on m.member_id = n.member_id;

create view shapes as
select h.* from shape_history h
join (select max(annotation_id) as annotation_id from data.annotations group by version_id, asset_id) l
  on l.annotation_id = h.annotation_id;
