-- What a file says of a thing that the workspace has no word for (`extra`, a JSON object), how it writes its name where
-- that is another one (`called`), and where it stands among its like (`place`). `what` may be `file`: of the whole.

alter table data.foreign_ids alter column foreign_id drop not null;
alter table data.foreign_ids add column extra varchar;
alter table data.foreign_ids add column called varchar;
alter table data.foreign_ids add column place bigint;

drop view foreign_ids;

create view foreign_ids as
with recursive line as (
  select version_id, version_id as from_version, parent_id, 0 as distance from data.versions
  union all
  select l.version_id, v.version_id, v.parent_id, l.distance + 1
  from line l join data.versions v on v.version_id = l.parent_id
)
select l.version_id, f.format, f.what, f.name, f.foreign_id, f.position, l.distance,
       cast(f.extra as json) as extra, f.called, f.place
from line l join data.foreign_ids f on f.version_id = l.from_version;
