-- Gold: images whose answer is known, mixed into what people get. A task of one names the known answer in `gold`. It is
-- never the current task of its asset, and its answer has `gold` for its origin; no view but the last two has either.

alter table data.tasks add column gold bigint;
-- What is counted of gold, which its people only see, and see as any other work.
alter table data.job_counts add column gold boolean default false;

create table data.gold_scores (
  task_id bigint primary key, score double not null, f1 double, matched integer not null, other_label integer not null,
  missed integer not null, extra integer not null, tags_right integer not null, tags_wrong integer not null,
  mean_iou double, shown boolean not null
);
-- Since when somebody's answers were not good enough, and until when: they are again, or a manager let them go on.
create table data.gold_falls (
  campaign_id bigint not null, member_id bigint not null, since timestamp not null, mean double not null,
  answers integer not null, action varchar not null, ended timestamp, ended_by bigint
);

create or replace view data.version_annotations as
select n.version_id, n.asset_id, n.annotation_id, false as inherited
from data.annotations n join data.versions v on v.version_id = n.version_id where n.origin not in ('copy', 'gold')
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

create or replace view tasks as
select t.task_id, t.campaign_id, c.name as campaign, t.asset_id, a.name as asset, t.step, s.name as step_name, s.kind,
       t.round, t.state, t.outcome, t.status, m.login as assignee, t.created, t.opened, t.closed, t.worked_s,
       t.is_current, coalesce(i.issues, 0) as issues, t.leased_until, t.note, t.position, a.sequence,
       t.shown_s, t.editing_s, t.copy
from data.tasks t
join data.campaigns c on c.campaign_id = t.campaign_id
join data.assets a on a.asset_id = t.asset_id
join data.steps s on s.campaign_id = t.campaign_id and s.step = t.step
left join data.members m on m.member_id = t.assignee_id
left join (
  select campaign_id, asset_id, count(*) as issues from data.issues where state <> 'resolved' group by 1, 2
) i on i.campaign_id = t.campaign_id and i.asset_id = t.asset_id
where t.gold is null;

create or replace view issues as
select i.issue_id, i.campaign_id, c.name as campaign, i.asset_id, a.name as asset, i.task_id, t.step, i.shape_id,
       i.x0, i.y0, i.x1, i.y1, i.state, m.login as author, f.text, f.comments, i.created, i.closed,
       k.login as closed_by
from data.issues i
join data.campaigns c on c.campaign_id = i.campaign_id
join data.assets a on a.asset_id = i.asset_id
join data.tasks t on t.task_id = i.task_id and t.gold is null
join data.members m on m.member_id = i.author_id
left join data.members k on k.member_id = i.closed_by
left join (
  select issue_id, count(*) as comments, min_by(text, comment_id) as text from data.comments group by 1
) f on f.issue_id = i.issue_id;

create or replace view activity as
select a.task_id, a.campaign_id, a.asset_id, a.step, m.login as member, a.label, a.started, a.ended,
       a.shown_s, a.worked_s, a.editing_s
from data.activity a join data.members m on m.member_id = a.member_id
where not exists (select 1 from data.tasks t where t.task_id = a.task_id and t.gold is not null);

create or replace view jobs as
with real as (
  select * from data.tasks where assignee_id is not null and gold is null
), last_one as (
  select * from real qualify row_number() over (
    partition by campaign_id, step, assignee_id, asset_id order by task_id desc
  ) = 1
), now_at as (
  select campaign_id, asset_id, state, outcome from data.tasks where is_current
), made as (
  select t.campaign_id, t.step, t.assignee_id, t.asset_id, max(n.annotation_id) as annotation_id
  from real t join data.annotations n on n.task_id = t.task_id group by 1, 2, 3, 4
), drawn as (
  select m.campaign_id, m.step, m.assignee_id, count(*) as objects
  from made m join data.shapes s on s.annotation_id = m.annotation_id group by 1, 2, 3
), unresolved as (
  select campaign_id, asset_id, count(*) as issues from data.issues where state <> 'resolved' group by 1, 2
), spent as (
  select campaign_id, step, assignee_id, sum(worked_s) as worked_s, count(opened) as opened from real group by 1, 2, 3
), counts as (
  select t.campaign_id, t.step, t.assignee_id, count(*) as total,
         count(*) filter (where t.state in ('in_progress', 'to_rework')) as remaining,
         count(*) filter (where t.state = 'to_rework') as returned,
         count(*) filter (where t.state = 'in_progress') as in_progress,
         count(*) filter (
           where t.state = 'to_rework' or (t.state = 'in_progress' and t.opened is not null)
         ) as started,
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
       k.total, k.remaining, k.returned, k.in_progress, k.started, k.done, k.rejected, k.skipped, k.issues,
       coalesce(d.objects, 0) as objects, p.worked_s,
       p.worked_s / nullif(k.done, 0) as s_per_task, p.worked_s / nullif(d.objects, 0) as s_per_object
from counts k
join data.campaigns c on c.campaign_id = k.campaign_id
join data.steps s on s.campaign_id = k.campaign_id and s.step = k.step
join data.members m on m.member_id = k.assignee_id
left join drawn d on d.campaign_id = k.campaign_id and d.step = k.step and d.assignee_id = k.assignee_id
join spent p on p.campaign_id = k.campaign_id and p.step = k.step and p.assignee_id = k.assignee_id;

create view gold_answers as
select t.task_id, t.campaign_id, c.name as campaign, t.asset_id, a.name as asset, m.login as member, t.outcome,
       t.opened, t.closed, t.worked_s, g.score, g.f1, g.matched, g.other_label, g.missed, g.extra, g.tags_right,
       g.tags_wrong, g.mean_iou, g.shown
from data.tasks t
join data.campaigns c on c.campaign_id = t.campaign_id
join data.assets a on a.asset_id = t.asset_id
join data.members m on m.member_id = t.assignee_id
left join data.gold_scores g on g.task_id = t.task_id
where t.gold is not null and t.closed is not null;

create view gold_falls as
select f.campaign_id, c.name as campaign, m.login as member, f.since, f.mean, f.answers, f.action, f.ended,
       e.login as ended_by
from data.gold_falls f
join data.campaigns c on c.campaign_id = f.campaign_id
join data.members m on m.member_id = f.member_id
left join data.members e on e.member_id = f.ended_by;

create or replace view data.counts as
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
       round(coalesce(sum(worked_s), 0), 6) as worked_s, coalesce(gold, false) as gold
from (
  select * from data.job_counts
  union all
  select unnest(from_json(changes,
    '[{"campaign_id":"BIGINT","step":"INTEGER","member_id":"BIGINT","tasks":"BIGINT","opened":"BIGINT",
      "returned":"BIGINT","in_progress":"BIGINT","started":"BIGINT","done":"BIGINT","elsewhere":"BIGINT",
      "rejected":"BIGINT","skipped":"BIGINT","issues":"BIGINT","apart":"BIGINT","objects":"BIGINT",
      "waiting":"BIGINT","here":"BIGINT","worked_s":"DOUBLE","gold":"BOOLEAN"}]'), recursive := true)
  from data.count_changes
) group by campaign_id, step, member_id, coalesce(gold, false);

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
  from data.counts where member_id = 0 and not gold group by 1
) t on t.campaign_id = c.campaign_id;
