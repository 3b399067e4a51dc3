-- What lists of jobs and campaigns count, so that they need not count tasks: additions, by campaign, step and member
-- (0: nobody). `count_changes` has those of daily work: one row a transaction, a JSON array of objects with these names.

create table data.job_counts (
  campaign_id bigint not null, step integer not null, member_id bigint not null, tasks bigint, opened bigint,
  returned bigint, in_progress bigint, started bigint, done bigint, elsewhere bigint, rejected bigint, skipped bigint,
  issues bigint, apart bigint, objects bigint, waiting bigint, here bigint, worked_s double
);
create table data.count_changes (changes varchar not null);

insert into data.job_counts
with t as (
  select k.* from data.tasks k join data.campaigns c on c.campaign_id = k.campaign_id
), now_at as (
  select campaign_id, asset_id, state, outcome from t where is_current
), unresolved as (
  select campaign_id, asset_id, count(*) as issues from data.issues where state <> 'resolved' group by 1, 2
), people as (
  select campaign_id, step, assignee_id as member_id, asset_id, count(*) as tasks, count(opened) as opened,
         sum(worked_s) as worked_s, arg_max(state, task_id) as state,
         arg_max(opened is not null, task_id) as begun
  from t where assignee_id is not null group by 1, 2, 3, 4
), made as (
  select t.campaign_id, t.step, t.assignee_id as member_id, t.asset_id, max(n.annotation_id) as annotation_id
  from t join data.annotations n on n.task_id = t.task_id and n.version_id not in (select batch_id from data.staged)
  where t.assignee_id is not null group by 1, 2, 3, 4
), apart as (
  select t.campaign_id, t.step, o.assignee_id as member_id, count(distinct t.task_id) as apart
  from t join t o on o.campaign_id = t.campaign_id and o.asset_id = t.asset_id and o.copy is not null
    and o.assignee_id is not null and o.step between t.step - 1 and t.step and o.task_id <> t.task_id
  where t.assignee_id is null and t.state in ('in_progress', 'to_rework') group by 1, 2, 3
), added as (
  select p.campaign_id, p.step, p.member_id, sum(p.tasks) as tasks, sum(p.opened) as opened,
         count(*) filter (where p.state = 'to_rework') as returned,
         count(*) filter (where p.state = 'in_progress') as in_progress,
         count(*) filter (where p.state = 'to_rework' or (p.state = 'in_progress' and p.begun)) as started,
         count(*) filter (where p.state in ('done', 'skipped')) as done,
         count(*) filter (
           where p.state in ('done', 'skipped') and n.state in ('in_progress', 'to_rework')
         ) as elsewhere,
         count(*) filter (where n.outcome = 'rejected') as rejected,
         count(*) filter (where n.state = 'skipped') as skipped,
         coalesce(sum(u.issues), 0) as issues, 0 as apart, 0 as objects, 0 as waiting, 0 as here,
         sum(p.worked_s) as worked_s
  from people p join now_at n on n.campaign_id = p.campaign_id and n.asset_id = p.asset_id
  left join unresolved u on u.campaign_id = p.campaign_id and u.asset_id = p.asset_id group by 1, 2, 3
  union all
  select campaign_id, step, 0, 0, 0, 0, 0, 0, count(*) filter (where is_current and state = 'done'), 0, 0,
         count(*) filter (where is_current and state = 'skipped'), 0, 0, 0,
         count(*) filter (where assignee_id is null and t.state in ('in_progress', 'to_rework')),
         count(*) filter (where is_current and t.state in ('in_progress', 'to_rework')), 0
  from t group by 1, 2
  union all
  select campaign_id, step, member_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, apart, 0, 0, 0, 0 from apart
  union all
  select m.campaign_id, m.step, m.member_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0
  from made m join data.shapes s on s.annotation_id = m.annotation_id group by 1, 2, 3
)
select campaign_id, step, member_id, sum(tasks), sum(opened), sum(returned), sum(in_progress), sum(started),
       sum(done), sum(elsewhere), sum(rejected), sum(skipped), sum(issues), sum(apart), sum(objects), sum(waiting),
       sum(here), sum(worked_s) from added group by 1, 2, 3;

create view data.counts as
select campaign_id, step, member_id,
       cast(coalesce(sum(tasks), 0) as bigint) as tasks, cast(coalesce(sum(opened), 0) as bigint) as opened,
       cast(coalesce(sum(returned), 0) as bigint) as returned,
       cast(coalesce(sum(in_progress), 0) as bigint) as in_progress,
       cast(coalesce(sum(started), 0) as bigint) as started, cast(coalesce(sum(done), 0) as bigint) as done,
       cast(coalesce(sum(elsewhere), 0) as bigint) as elsewhere,
       cast(coalesce(sum(rejected), 0) as bigint) as rejected,
       cast(coalesce(sum(skipped), 0) as bigint) as skipped, cast(coalesce(sum(issues), 0) as bigint) as issues,
       cast(coalesce(sum(apart), 0) as bigint) as apart, cast(coalesce(sum(objects), 0) as bigint) as objects,
       cast(coalesce(sum(waiting), 0) as bigint) as waiting, cast(coalesce(sum(here), 0) as bigint) as here,
       round(coalesce(sum(worked_s), 0), 6) as worked_s
from (
  select * from data.job_counts
  union all
  select unnest(from_json(changes,
    '[{"campaign_id":"BIGINT","step":"INTEGER","member_id":"BIGINT","tasks":"BIGINT","opened":"BIGINT",
      "returned":"BIGINT","in_progress":"BIGINT","started":"BIGINT","done":"BIGINT","elsewhere":"BIGINT",
      "rejected":"BIGINT","skipped":"BIGINT","issues":"BIGINT","apart":"BIGINT","objects":"BIGINT",
      "waiting":"BIGINT","here":"BIGINT","worked_s":"DOUBLE"}]'), recursive := true)
  from data.count_changes
) group by 1, 2, 3;

-- As before, without counting tasks.
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
  select campaign_id, cast(sum(here + done + skipped) as bigint) as total, cast(sum(here) as bigint) as remaining
  from data.counts where member_id = 0 group by 1
) t on t.campaign_id = c.campaign_id;
