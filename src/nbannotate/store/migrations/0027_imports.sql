-- A large import is a layer of its version, so that its last step changes no row: what was said in it, and what its files
-- call things, stands under the id of that layer. `annotations.version_id` and `foreign_ids.version_id` are one of the
-- version's own layers, of which the first has the version's id, as all rows have that are here already.

create or replace view data.version_annotations as
select v.version_id, n.asset_id, n.annotation_id, false as inherited
from data.annotations n join data.version_layers v on v.layer_id = n.version_id and v.own
where n.origin not in ('copy', 'gold')
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

-- What several layers of a version call the same thing, the highest of them says.
create or replace view foreign_ids as
with recursive line as (
  select version_id, version_id as from_version, parent_id, 0 as distance from data.versions
  union all
  select l.version_id, v.version_id, v.parent_id, l.distance + 1
  from line l join data.versions v on v.version_id = l.parent_id
), hidden as (
  select o.layer_id, g.format, g.what, g.name
  from data.version_layers o
  join data.version_layers p on p.version_id = o.version_id and p.own and p.height > o.height
  join data.foreign_ids g on g.version_id = p.layer_id
  where o.own and o.layer_id in (select version_id from data.foreign_ids)
)
select l.version_id, f.format, f.what, f.name, f.foreign_id, f.position, l.distance,
       cast(f.extra as json) as extra, f.called, f.place
from line l
join data.version_layers o on o.version_id = l.from_version and o.own
join data.foreign_ids f on f.version_id = o.layer_id
where not exists (
  select 1 from hidden h
  where h.layer_id = f.version_id and h.format = f.format and h.what = f.what and h.name = f.name
);
