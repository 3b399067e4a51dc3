-- The points of shapes that come in by the thousand are numbers, x and y in turn: nothing has to be made a text, packed
-- and parsed. Of any other shape they stay the JSON that they were. One of `points` and `numbers` is null.

alter table data.shapes alter column points drop not null;
alter table data.shapes add column numbers double[];

-- As before, with the numbers as the JSON that they would have been.
create or replace view shape_history as
select s.annotation_id, n.asset_id, a.name as asset, r.version_id,
       case when not r.inherited then n.campaign_id end as campaign_id,
       case when not r.inherited then n.task_id end as task_id, s.position,
       s.shape_id, s.label, s.kind,
       cast(coalesce(s.points, cast(to_json(list_transform(range(1, len(s.numbers), 2),
         lambda i: [s.numbers[i], s.numbers[i + 1]])) as varchar)) as json) as points,
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

create or replace view shapes as
select s.annotation_id, n.asset_id, a.name as asset, h.version_id,
       case when n.version_id = h.version_id then n.campaign_id end as campaign_id,
       case when n.version_id = h.version_id then n.task_id end as task_id, s.position,
       s.shape_id, s.label, s.kind,
       cast(coalesce(s.points, cast(to_json(list_transform(range(1, len(s.numbers), 2),
         lambda i: [s.numbers[i], s.numbers[i + 1]])) as varchar)) as json) as points,
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
