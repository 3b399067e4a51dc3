-- A session may be opened for a member on an owner's word, without the member's password: `acted_by` is that owner.
-- Every event says so, too. Where it is null, the member did it.

alter table data.sessions add column acted_by bigint;
alter table data.events add column acted_by bigint;

create or replace view events as
select e.event_id, m.login as member, e.operation, e.campaign_id, e.task_id, e.asset_id, e.milliseconds, e.worked_s,
       cast(e.detail as json) as detail, e.created, o.login as acted_by
from data.events e
join data.members m on m.member_id = e.member_id
left join data.members o on o.member_id = e.acted_by;
