-- Changes of the labels of a version: labels combined, split by an attribute, renamed, deleted, put into another order.
-- A change makes new revisions; `relabelled` says of which revision each was made, so that it can be taken back.

create table data.label_changes (
  change_id bigint primary key, version_id bigint not null, mapping varchar not null, labels varchar not null,
  member_id bigint not null, created timestamp not null, undone timestamp
);
create table data.relabelled (change_id bigint not null, annotation_id bigint not null, original bigint not null);

create view label_changes as
select c.change_id, c.version_id, cast(c.mapping as json) as mapping, cast(c.labels as json) as labels,
       m.login as member, coalesce(r.assets, 0) as assets, c.created, c.undone
from data.label_changes c
join data.members m on m.member_id = c.member_id
left join (select change_id, count(*) as assets from data.relabelled group by 1) r on r.change_id = c.change_id;
