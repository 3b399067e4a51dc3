-- As before, from the counts that are kept, without a look at tasks, annotations or shapes.
create or replace view jobs as
select k.campaign_id, c.name as campaign, k.step, s.name as step_name, s.kind, m.login as member,
       case when k.returned + k.in_progress > 0 and k.opened = 0 then 'pending'
            when k.returned + k.in_progress > 0 then 'in_progress'
            when k.elsewhere > 0 then 'on_review'
            when k.skipped > 0 or k.issues > 0 then 'completed_with_issues'
            else 'completed' end as state,
       k.returned + k.in_progress + k.done as total, k.returned + k.in_progress as remaining, k.returned, k.in_progress,
       k.started, k.done, k.rejected, k.skipped, k.issues, k.objects, k.worked_s,
       k.worked_s / nullif(k.done, 0) as s_per_task, k.worked_s / nullif(k.objects, 0) as s_per_object
from data.counts k
join data.campaigns c on c.campaign_id = k.campaign_id
join data.steps s on s.campaign_id = k.campaign_id and s.step = k.step
join data.members m on m.member_id = k.member_id
where k.tasks > 0 and not k.gold;
