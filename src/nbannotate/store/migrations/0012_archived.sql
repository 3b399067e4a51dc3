-- What is put away does not show in lists, and can be taken back: datasets, versions, members, and assets of a version.
-- Where `archived` is null, it is not.

alter table data.datasets add column archived timestamp;
alter table data.versions add column archived timestamp;
alter table data.members add column archived timestamp;
alter table data.version_assets add column archived timestamp;

create or replace view members as select member_id, login, role, active, created, archived from data.members;

create or replace view datasets as select dataset_id, name, readme, created, archived from data.datasets;

create or replace view versions as
select v.version_id, v.dataset_id, d.name as dataset, v.name, v.state, v.created, v.parent_id, p.name as parent,
       v.archived
from data.versions v
join data.datasets d on d.dataset_id = v.dataset_id
left join data.versions p on p.version_id = v.parent_id;

create or replace view assets as
select a.asset_id, a.dataset_id, va.version_id, a.name, a.path, a.folder, a.width, a.height, a.bytes,
       cast(a.metadata as json) as metadata, a.sequence, a.moment, va.position, va.archived
from data.version_assets va join data.assets a on a.asset_id = va.asset_id
where va.version_id not in (select batch_id from data.staged);
