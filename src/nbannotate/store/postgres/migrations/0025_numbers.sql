-- What store/migrations/0025_numbers.sql does in a file.

alter table data.shapes alter column points drop not null;
alter table data.shapes add column numbers double precision[];

create function data.points_of(double precision[]) returns text language sql immutable parallel safe as
'select cast(json_agg(json_build_array($1[i], $1[i + 1]) order by i) as text) from generate_series(1, cardinality($1), 2) i';

-- As before, with the numbers as the JSON that they would have been.
create or replace view main.shape_history as
select s.annotation_id, n.asset_id, a.name as asset, r.version_id,
       case when not r.inherited then n.campaign_id end as campaign_id,
       case when not r.inherited then n.task_id end as task_id, s.position,
       s.shape_id, s.label, s.kind,
       cast(coalesce(s.points, data.points_of(s.numbers)) as json) as points,
       cast(s.attributes as json) as attributes, s.confidence, s.area,
       s.x, s.y, s.width, s.height, m.login as member, n.created,
       s.color, cast(s.rle as json) as rle, cast(s.visibility as json) as visibility,
       cast(coalesce(s.also, '[]') as json) as also, n.origin,
       cast(s.rings as json) as rings, s."group", s.track, s.keyframe
from data.shapes s
join data.all_annotations r on r.annotation_id = s.annotation_id
join data.annotations n on n.annotation_id = r.annotation_id
join data.assets a on a.asset_id = n.asset_id
join data.members m on m.member_id = n.member_id;

create or replace view main.shapes as
select s.annotation_id, n.asset_id, a.name as asset, h.version_id,
       case when n.version_id = h.version_id then n.campaign_id end as campaign_id,
       case when n.version_id = h.version_id then n.task_id end as task_id, s.position,
       s.shape_id, s.label, s.kind,
       cast(coalesce(s.points, data.points_of(s.numbers)) as json) as points,
       cast(s.attributes as json) as attributes, s.confidence, s.area,
       s.x, s.y, s.width, s.height, m.login as member, n.created,
       s.color, cast(s.rle as json) as rle, cast(s.visibility as json) as visibility,
       cast(coalesce(s.also, '[]') as json) as also, n.origin,
       cast(s.rings as json) as rings, s."group", s.track, s.keyframe
from data.shapes s
join data.version_heads h on h.annotation_id = s.annotation_id
join data.annotations n on n.annotation_id = h.annotation_id
join data.assets a on a.asset_id = n.asset_id
join data.members m on m.member_id = n.member_id;
