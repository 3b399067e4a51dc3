-- How many shapes a revision has stands with it: nothing that counts revisions, or shows one, looks at shapes for that.

alter table data.annotations add column shapes integer default 0;
update data.annotations set shapes = s.shapes
from (select annotation_id, count(*) as shapes from data.shapes group by 1) s
where s.annotation_id = annotations.annotation_id;

-- As before, without counting shapes.
create or replace view annotations as
select n.annotation_id, n.asset_id, r.version_id, case when not r.inherited then n.campaign_id end as campaign_id,
       case when not r.inherited then n.task_id end as task_id, t.step, m.login as member, n.source,
       n.nothing_to_label, cast(n.tags as json) as tags, cast(n.shapes as bigint) as shapes, n.created,
       h.annotation_id is not null as is_latest,
       cast(coalesce(n.tag_attributes, '{}') as json) as tag_attributes, n.origin, t.copy
from data.all_annotations r
join data.annotations n on n.annotation_id = r.annotation_id
join data.members m on m.member_id = n.member_id
left join data.tasks t on t.task_id = n.task_id and not r.inherited
left join data.version_heads h
  on h.version_id = r.version_id and h.asset_id = r.asset_id and h.annotation_id = r.annotation_id;
