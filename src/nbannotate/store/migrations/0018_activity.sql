-- Where the time of work went: stretches of one member at one task. A stretch is cut into what was spent on the shapes of
-- each label and the rest (label null), so that the rows of a task add up to the columns of `tasks`. Null in `shown_s` and
-- `editing_s` is time that no page measured: from before, and what an owner gave for work elsewhere.

create table data.activity (
  member_id bigint not null, task_id bigint not null, campaign_id bigint not null, asset_id bigint not null,
  step integer not null, label varchar, started timestamp not null, ended timestamp not null,
  shown_s double, worked_s double not null, editing_s double
);
insert into data.activity
select e.member_id, t.task_id, t.campaign_id, t.asset_id, t.step, null,
       case when e.acted_by is not null then e.created
            else e.created - cast(round(e.worked_s * 1000000) as bigint) * interval '1 microsecond' end,
       e.created, null, e.worked_s, null
from data.events e join data.tasks t on t.task_id = e.task_id where e.worked_s > 0;

alter table data.tasks add column shown_s double default 0;
alter table data.tasks add column editing_s double default 0;
update data.tasks set shown_s = null, editing_s = null where opened is not null or worked_s > 0;

create view activity as
select a.task_id, a.campaign_id, a.asset_id, a.step, m.login as member, a.label, a.started, a.ended,
       a.shown_s, a.worked_s, a.editing_s
from data.activity a join data.members m on m.member_id = a.member_id;

create or replace view tasks as
select t.task_id, t.campaign_id, c.name as campaign, t.asset_id, a.name as asset, t.step, s.name as step_name, s.kind,
       t.round, t.state, t.outcome, t.status, m.login as assignee, t.created, t.opened, t.closed, t.worked_s,
       t.is_current, coalesce(i.issues, 0) as issues, t.leased_until, t.note, t.position, a.sequence,
       t.shown_s, t.editing_s
from data.tasks t
join data.campaigns c on c.campaign_id = t.campaign_id
join data.assets a on a.asset_id = t.asset_id
join data.steps s on s.campaign_id = t.campaign_id and s.step = t.step
left join data.members m on m.member_id = t.assignee_id
left join (
  select campaign_id, asset_id, count(*) as issues from data.issues where state <> 'resolved' group by 1, 2
) i on i.campaign_id = t.campaign_id and i.asset_id = t.asset_id;
