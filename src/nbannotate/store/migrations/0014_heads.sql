-- Versions share rows. A version shows a pile of layers: its own, and those of its parents below them as they were when
-- it was made. Of an asset the highest layer that says something counts: whether it is there and where (layer_assets),
-- and which revision is shown of it (layer_heads). Only the top layer of a version changes; a child begins with an
-- empty one. No keys: rows come in by the hundred thousand, and no question is answered by an index over two columns.

-- `own`: the layer is the version's; `annotations`: its revisions are shown, too, and not only its assets.
create table data.version_layers (
  version_id bigint not null, layer_id bigint not null, height integer not null, own boolean not null,
  annotations boolean not null
);
insert into data.version_layers select version_id, version_id, 0, true, true from data.versions order by version_id;

-- `effect` is what the row changes in the number of assets of the layers below: 1 it comes, 0 it stands elsewhere or is
-- put away or back, -1 it is taken out. `added`: when it came into the version.
create table data.layer_assets (
  layer_id bigint not null, asset_id bigint not null, position bigint not null, archived timestamp,
  effect integer not null, added timestamp not null
);
insert into data.layer_assets
select v.version_id, v.asset_id, v.position, v.archived, 1, a.created
from data.version_assets v join data.assets a on a.asset_id = v.asset_id order by v.version_id, v.position;

-- Where `annotation_id` is null, nothing is shown of the asset, whatever lies below.
create table data.layer_heads (layer_id bigint not null, asset_id bigint not null, annotation_id bigint);
insert into data.layer_heads
select version_id, asset_id, max(annotation_id) from data.annotations
where version_id in (select version_id from data.versions) group by 1, 2 order by 1, 3;

-- What a published version holds, part by part: how many rows, and a hash of what they say.
alter table data.versions add column content_hash varchar;
create table data.contents (
  version_id bigint not null, what varchar not null, count bigint not null, sha256 varchar not null
);

drop view shapes;
drop view shape_history;
drop view annotations;
drop view assets;
drop table data.version_assets;

-- What versions show ---------------------------------------------------------------------------------------------

create view data.version_assets as
select version_id, asset_id, position, archived, added from (
  select l.version_id, a.asset_id, a.position, a.archived, a.added, a.effect,
         row_number() over (partition by l.version_id, a.asset_id order by l.height desc, a.effect desc) as nth
  from data.version_layers l join data.layer_assets a on a.layer_id = l.layer_id
) a where nth = 1 and effect >= 0;

create view data.version_heads as
select version_id, asset_id, annotation_id from (
  select l.version_id, h.asset_id, h.annotation_id,
         row_number() over (
           partition by l.version_id, h.asset_id order by l.height desc, h.annotation_id desc nulls last
         ) as nth
  from data.version_layers l join data.layer_heads h on h.layer_id = l.layer_id where l.annotations
) h where nth = 1 and annotation_id is not null;

-- The revisions of a version: what was said in it, and what it began with, which was said in its parents.
create view data.version_annotations as
select n.version_id, n.asset_id, n.annotation_id, false as inherited
from data.annotations n join data.versions v on v.version_id = n.version_id
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

-- Public views ---------------------------------------------------------------------------------------------------

create or replace view versions as
select v.version_id, v.dataset_id, d.name as dataset, v.name, v.state, v.created, v.parent_id, p.name as parent,
       v.archived, cast(coalesce(n.assets, 0) as bigint) as assets, v.content_hash
from data.versions v
join data.datasets d on d.dataset_id = v.dataset_id
left join data.versions p on p.version_id = v.parent_id
left join (
  select l.version_id, sum(a.assets) as assets from data.version_layers l
  join (select layer_id, sum(effect) as assets from data.layer_assets group by 1) a on a.layer_id = l.layer_id
  group by 1
) n on n.version_id = v.version_id;

-- As before, without counting assets.
create or replace view campaigns as
select c.campaign_id, c.name, c.version_id, d.name as dataset, v.name as version, c.due, c.created, c.launched,
       c.archived,
       case when c.archived is not null then 'archived'
            when c.launched is null then 'draft'
            when coalesce(t.remaining, 0) = 0 then 'completed'
            when c.due < cast(timezone('UTC', now()) as date) then 'overdue'
            else 'active' end as state,
       coalesce(t.total, 0) as total, coalesce(t.remaining, 0) as remaining
from data.campaigns c
join data.versions v on v.version_id = c.version_id
join data.datasets d on d.dataset_id = v.dataset_id
left join (
  select campaign_id, count(*) filter (where is_current) as total,
         count(*) filter (where is_current and state in ('in_progress', 'to_rework')) as remaining
  from data.tasks group by 1
) t on t.campaign_id = c.campaign_id;

create view assets as
select a.asset_id, a.dataset_id, va.version_id, a.name, a.path, a.folder, a.width, a.height, a.bytes,
       cast(a.metadata as json) as metadata, a.sequence, a.moment, va.position, va.archived, va.added
from data.version_assets va join data.assets a on a.asset_id = va.asset_id;

create view annotations as
select n.annotation_id, n.asset_id, r.version_id, case when not r.inherited then n.campaign_id end as campaign_id,
       case when not r.inherited then n.task_id end as task_id, t.step, m.login as member, n.source,
       n.nothing_to_label, cast(n.tags as json) as tags, coalesce(s.shapes, 0) as shapes, n.created,
       h.annotation_id is not null as is_latest,
       cast(coalesce(n.tag_attributes, '{}') as json) as tag_attributes, n.origin
from data.version_annotations r
join data.annotations n on n.annotation_id = r.annotation_id
join data.members m on m.member_id = n.member_id
left join data.tasks t on t.task_id = n.task_id and not r.inherited
left join data.version_heads h
  on h.version_id = r.version_id and h.asset_id = r.asset_id and h.annotation_id = r.annotation_id
left join (select annotation_id, count(*) as shapes from data.shapes group by 1) s
  on s.annotation_id = n.annotation_id;

create view shape_history as
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
join data.version_annotations r on r.annotation_id = s.annotation_id
join data.annotations n on n.annotation_id = r.annotation_id
join data.assets a on a.asset_id = n.asset_id
join data.members m on m.member_id = n.member_id;

create view shapes as
select s.annotation_id, n.asset_id, a.name as asset, h.version_id,
       case when n.version_id = h.version_id then n.campaign_id end as campaign_id,
       case when n.version_id = h.version_id then n.task_id end as task_id, s.position,
       s.shape_id, s.label,
       s.kind, cast(s.points as json) as points, cast(s.attributes as json) as attributes, s.confidence, s.area,
       s.x, s.y, s.width, s.height, m.login as member, n.created,
       s.color, cast(s.rle as json) as rle, cast(s.visibility as json) as visibility,
       cast(coalesce(s.also, '[]') as json) as also, n.origin,
       cast(s.rings as json) as rings, s."group", s.track, s.keyframe
from data.shapes s
join data.version_heads h on h.annotation_id = s.annotation_id
join data.annotations n on n.annotation_id = h.annotation_id
join data.assets a on a.asset_id = n.asset_id
join data.members m on m.member_id = n.member_id;
