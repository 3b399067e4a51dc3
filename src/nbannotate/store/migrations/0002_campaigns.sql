-- Campaigns whole: drafts of a person, leases, statuses, workers of datasets, notices, documents, jobs.

alter table data.assets add column sequence varchar;
alter table data.assets add column moment double;

alter table data.campaigns add column archived timestamp;

alter table data.tasks add column status varchar;
alter table data.tasks add column leased_until timestamp;
alter table data.tasks add column note varchar;
update data.tasks set status = case
  when outcome = 'submitted' then 'completed'
  when outcome in ('accepted', 'accepted_with_edits') then 'approved'
  when outcome = 'rework' then 'returned'
  when outcome = 'skipped' then 'skipped' end
where outcome is not null;

-- A draft is a person's: who loses a task keeps what was drawn.
create table data.member_drafts (
  task_id bigint not null, member_id bigint not null, revision integer not null, body varchar not null,
  saved timestamp not null, primary key (task_id, member_id)
);
insert into data.member_drafts
select d.task_id, t.assignee_id, d.revision, d.body, d.saved
from data.drafts d join data.tasks t on t.task_id = d.task_id where t.assignee_id is not null;
drop table data.drafts;

-- Who lost a task (a lease ran out, a manager gave it to someone else): may look at it, and keeps what was drawn.
create table data.lapses (task_id bigint not null, member_id bigint not null, lapsed timestamp not null);

-- Who may be an assignee of a dataset's campaigns; a dataset without rows here is open to all members.
create table data.workers (dataset_id bigint not null, member_id bigint not null, primary key (dataset_id, member_id));

-- `once` keeps a notice from being made twice (a due date is near, for example).
create table data.notices (
  notice_id bigint primary key, member_id bigint not null, kind varchar not null, text varchar not null,
  campaign_id bigint, task_id bigint, issue_id bigint, once varchar, created timestamp not null, seen timestamp
);

-- Files that instructions are made of, by the SHA-256 of their bytes.
create table data.documents (sha256 varchar primary key, name varchar not null, body blob not null, created timestamp not null);

-- Assets that wait until a manager lets them join a running campaign are those of its version that have no task in it.

-- Public views --------------------------------------------------------------------------------------------------

create or replace view versions as
select v.version_id, v.dataset_id, d.name as dataset, v.name, v.state, v.created, v.parent_id, p.name as parent
from data.versions v
join data.datasets d on d.dataset_id = v.dataset_id
left join data.versions p on p.version_id = v.parent_id;

create or replace view assets as
select a.asset_id, a.dataset_id, va.version_id, a.name, a.path, a.folder, a.width, a.height, a.bytes,
       cast(a.metadata as json) as metadata, a.sequence, a.moment, va.position
from data.version_assets va join data.assets a on a.asset_id = va.asset_id;

create view workers as
select w.dataset_id, d.name as dataset, w.member_id, m.login as member
from data.workers w
join data.datasets d on d.dataset_id = w.dataset_id
join data.members m on m.member_id = w.member_id;

create or replace view campaigns as
select c.campaign_id, c.name, c.version_id, v.dataset, v.name as version, c.due, c.created, c.launched, c.archived,
       case when c.archived is not null then 'archived'
            when c.launched is null then 'draft'
            when coalesce(t.remaining, 0) = 0 then 'completed'
            when c.due < cast(timezone('UTC', now()) as date) then 'overdue'
            else 'active' end as state,
       coalesce(t.total, 0) as total, coalesce(t.remaining, 0) as remaining
from data.campaigns c
join versions v on v.version_id = c.version_id
left join (
  select campaign_id, count(*) filter (where is_current) as total,
         count(*) filter (where is_current and state in ('in_progress', 'to_rework')) as remaining
  from data.tasks group by 1
) t on t.campaign_id = c.campaign_id;

create or replace view tasks as
select t.task_id, t.campaign_id, c.name as campaign, t.asset_id, a.name as asset, t.step, s.name as step_name, s.kind,
       t.round, t.state, t.outcome, t.status, m.login as assignee, t.created, t.opened, t.closed, t.worked_s,
       t.is_current, coalesce(i.issues, 0) as issues, t.leased_until, t.note, t.position, a.sequence
from data.tasks t
join data.campaigns c on c.campaign_id = t.campaign_id
join data.assets a on a.asset_id = t.asset_id
join data.steps s on s.campaign_id = t.campaign_id and s.step = t.step
left join data.members m on m.member_id = t.assignee_id
left join (
  select campaign_id, asset_id, count(*) as issues from data.issues where state <> 'resolved' group by 1, 2
) i on i.campaign_id = t.campaign_id and i.asset_id = t.asset_id;

-- An asset's status is the one of its last closed task; an open issue takes it away, and so does rework.
create or replace view asset_states as
select t.campaign_id, t.asset_id, t.asset, t.state, t.step, t.step_name, t.assignee, t.outcome,
       case when o.asset_id is not null then null
            when t.state = 'to_rework' then null
            else l.status end as status
from tasks t
left join (
  select campaign_id, asset_id, max_by(status, task_id) as status from data.tasks
  where closed is not null and status <> 'returned' group by 1, 2
) l on l.campaign_id = t.campaign_id and l.asset_id = t.asset_id
left join (
  select distinct campaign_id, asset_id from data.issues where state = 'open'
) o on o.campaign_id = t.campaign_id and o.asset_id = t.asset_id
where t.is_current;

-- The tasks of one assignee at one step; of each asset the last one counts.
create view jobs as
with last_one as (
  select * from data.tasks where assignee_id is not null
  qualify row_number() over (partition by campaign_id, step, assignee_id, asset_id order by task_id desc) = 1
), now_at as (
  select campaign_id, asset_id, state, outcome from data.tasks where is_current
), made as (
  select t.campaign_id, t.step, t.assignee_id, t.asset_id, max(n.annotation_id) as annotation_id
  from data.tasks t join data.annotations n on n.task_id = t.task_id
  where t.assignee_id is not null group by 1, 2, 3, 4
), drawn as (
  select m.campaign_id, m.step, m.assignee_id, count(*) as objects
  from made m join data.shapes s on s.annotation_id = m.annotation_id group by 1, 2, 3
), unresolved as (
  select campaign_id, asset_id, count(*) as issues from data.issues where state <> 'resolved' group by 1, 2
), spent as (
  select campaign_id, step, assignee_id, sum(worked_s) as worked_s, count(opened) as opened from data.tasks
  where assignee_id is not null group by 1, 2, 3
), counts as (
  select t.campaign_id, t.step, t.assignee_id, count(*) as total,
         count(*) filter (where t.state in ('in_progress', 'to_rework')) as remaining,
         count(*) filter (where t.state = 'to_rework') as returned,
         count(*) filter (where t.state = 'in_progress') as started,
         count(*) filter (where t.state in ('done', 'skipped')) as done,
         count(*) filter (where t.state in ('done', 'skipped') and n.state in ('in_progress', 'to_rework')) as elsewhere,
         count(*) filter (where n.outcome = 'rejected') as rejected,
         count(*) filter (where n.state = 'skipped') as skipped,
         cast(coalesce(sum(u.issues), 0) as bigint) as issues
  from last_one t
  join now_at n on n.campaign_id = t.campaign_id and n.asset_id = t.asset_id
  left join unresolved u on u.campaign_id = t.campaign_id and u.asset_id = t.asset_id
  group by 1, 2, 3
)
select k.campaign_id, c.name as campaign, k.step, s.name as step_name, s.kind, m.login as member,
       case when k.remaining > 0 and p.opened = 0 then 'pending'
            when k.remaining > 0 then 'in_progress'
            when k.elsewhere > 0 then 'on_review'
            when k.skipped > 0 or k.issues > 0 then 'completed_with_issues'
            else 'completed' end as state,
       k.total, k.remaining, k.returned, k.started, k.done, k.rejected, k.skipped, k.issues,
       coalesce(d.objects, 0) as objects, p.worked_s,
       p.worked_s / nullif(k.done, 0) as s_per_task, p.worked_s / nullif(d.objects, 0) as s_per_object
from counts k
join data.campaigns c on c.campaign_id = k.campaign_id
join data.steps s on s.campaign_id = k.campaign_id and s.step = k.step
join data.members m on m.member_id = k.assignee_id
left join drawn d on d.campaign_id = k.campaign_id and d.step = k.step and d.assignee_id = k.assignee_id
join spent p on p.campaign_id = k.campaign_id and p.step = k.step and p.assignee_id = k.assignee_id;

create view notices as
select n.notice_id, m.login as member, n.kind, n.text, n.campaign_id, c.name as campaign, n.task_id, n.issue_id,
       n.created, n.seen
from data.notices n
join data.members m on m.member_id = n.member_id
left join data.campaigns c on c.campaign_id = n.campaign_id;
