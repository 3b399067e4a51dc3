-- Splits: which assets of a version are for training, validation, tests. A set of them never changes; `version_splits`
-- says which set a version has, so that a child has its parent's until something else is said of it.

create table data.splits (splits_id bigint not null, asset_id bigint not null, split varchar not null);
create table data.version_splits (
  version_id bigint primary key, splits_id bigint not null, how varchar not null, created timestamp not null
);

create view splits as
select a.version_id, a.asset_id, a.name as asset, s.split
from data.version_splits p
join data.splits s on s.splits_id = p.splits_id
join assets a on a.version_id = p.version_id and a.asset_id = s.asset_id;
