-- What files call things that were read from them (`what`: image, shape or label), as JSON: a number or a text. A child
-- of a version has those of its parents, too; `distance` is how many generations away.

create table data.foreign_ids (
  version_id bigint not null, format varchar not null, what varchar not null, name varchar not null,
  foreign_id varchar not null, position bigint not null
);

create view foreign_ids as
with recursive line as (
  select version_id, version_id as from_version, parent_id, 0 as distance from data.versions
  union all
  select l.version_id, v.version_id, v.parent_id, l.distance + 1
  from line l join data.versions v on v.version_id = l.parent_id
)
select l.version_id, f.format, f.what, f.name, f.foreign_id, f.position, l.distance
from line l join data.foreign_ids f on f.version_id = l.from_version;
