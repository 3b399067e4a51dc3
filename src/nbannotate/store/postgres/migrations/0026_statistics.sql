-- What store/migrations/0026_statistics.sql does in a file: what statistics ask of revisions again and again, kept, as
-- those never change. Nothing is wrong without it: what is not kept (yet) the views count, and what is kept of revisions
-- that are gone they do not show.

-- How many shapes of each label and kind a revision has, and their areas together; `is_first`: of the rows of a label
-- in a revision the first one. `counted_revisions` has the revisions of which all rows are here.
create table data.revision_labels (
  annotation_id bigint not null, label text collate "C" not null, kind text collate "C" not null,
  shapes integer not null, area double precision not null, is_first boolean not null
);
create table data.counted_revisions (annotation_id bigint not null);
insert into data.meta values ('revision counts', 'none');

-- What a review did to the shapes of the revision before it; `shapes`: how many it changed in any way.
create table data.review_edits (
  annotation_id bigint not null, before_id bigint, added integer not null, removed integer not null,
  moved integer not null, relabeled integer not null, shapes integer not null
);

create index on data.revision_labels (annotation_id);
create index on data.counted_revisions (annotation_id);
create index on data.review_edits (annotation_id);

create view data.labels_of_revisions as
select l.annotation_id, l.label, l.kind, l.shapes, l.area, l.is_first from data.revision_labels l
union all
select annotation_id, label, kind, shapes, area, row_number() over (partition by annotation_id, label order by kind) = 1
from (
  select annotation_id, label, kind, cast(count(*) as integer) as shapes, sum(area) as area from data.shapes
  where annotation_id in (
    select n.annotation_id from data.annotations n
    left join data.counted_revisions k on k.annotation_id = n.annotation_id where k.annotation_id is null
  ) group by annotation_id, label, kind
) l;

create view main.label_history as
select l.annotation_id, n.asset_id, r.version_id, case when not r.inherited then n.campaign_id end as campaign_id,
       case when not r.inherited then n.task_id end as task_id, l.label, l.kind, l.shapes, l.area, l.is_first,
       m.login as member, n.created
from data.labels_of_revisions l
join data.all_annotations r on r.annotation_id = l.annotation_id
join data.annotations n on n.annotation_id = r.annotation_id
join data.members m on m.member_id = n.member_id;

create view main.label_counts as
select l.annotation_id, n.asset_id, h.version_id,
       case when n.version_id = h.version_id then n.campaign_id end as campaign_id,
       case when n.version_id = h.version_id then n.task_id end as task_id,
       l.label, l.kind, l.shapes, l.area, l.is_first,
       m.login as member, n.created
from data.labels_of_revisions l
join data.version_heads h on h.annotation_id = l.annotation_id
join data.annotations n on n.annotation_id = h.annotation_id
join data.members m on m.member_id = n.member_id;

create view main.review_edits as
with reviews as (
  select r.annotation_id, r.before_id, r.version_id, r.asset_id, t.campaign_id, t.task_id
  from (
    select version_id, asset_id, annotation_id, inherited,
           lag(annotation_id) over (partition by version_id, asset_id order by annotation_id) as before_id
    from data.all_annotations
  ) r
  join data.annotations n on n.annotation_id = r.annotation_id
  join data.tasks t on t.task_id = n.task_id and t.gold is null
  join data.steps s on s.campaign_id = t.campaign_id and s.step = t.step and s.kind = 'review'
  where not r.inherited
), known as (
  select r.*, k.added, k.removed, k.moved, k.relabeled, k.shapes
  from reviews r left join data.review_edits k
    on k.annotation_id = r.annotation_id and k.before_id is not distinct from r.before_id
), missing as (
  select annotation_id, before_id from known where shapes is null
), said as (
  select s.annotation_id, s.shape_id, s.label, s.kind, s.x, s.y, s.width, s.height, s.area,
         case when s.area = 0 then coalesce(s.points, data.points_of(s.numbers)) else '' end as points
  from data.shapes s
  where s.annotation_id in (select annotation_id from missing union all select before_id from missing)
), changed as (
  select coalesce(a.review_id, b.review_id) as annotation_id,
         b.shape_id is null as added, a.shape_id is null as removed,
         coalesce(a.label <> b.label, false) as relabeled,
         coalesce(a.kind <> b.kind or abs(a.x - b.x) > 0.011 or abs(a.y - b.y) > 0.011
           or abs(a.width - b.width) > 0.011 or abs(a.height - b.height) > 0.011
           or abs(a.area - b.area) > 0.011 * (a.width + a.height + b.width + b.height)
           or (a.area = 0 and a.points <> b.points), false) as moved
  from (select r.annotation_id as review_id, s.* from missing r join said s on s.annotation_id = r.annotation_id) a
  full join (select r.annotation_id as review_id, s.* from missing r join said s on s.annotation_id = r.before_id) b
    on b.review_id = a.review_id and b.shape_id = a.shape_id
), counted as (
  select annotation_id, count(case when added then 1 end) as added, count(case when removed then 1 end) as removed,
         count(case when moved then 1 end) as moved, count(case when relabeled then 1 end) as relabeled,
         count(case when added or removed or moved or relabeled then 1 end) as shapes
  from changed group by annotation_id
)
select k.annotation_id, k.before_id, k.version_id, k.asset_id, k.campaign_id, k.task_id,
       cast(coalesce(k.added, c.added, 0) as bigint) as added,
       cast(coalesce(k.removed, c.removed, 0) as bigint) as removed,
       cast(coalesce(k.moved, c.moved, 0) as bigint) as moved,
       cast(coalesce(k.relabeled, c.relabeled, 0) as bigint) as relabeled,
       cast(coalesce(k.shapes, c.shapes, 0) as bigint) as shapes
from known k left join counted c on c.annotation_id = k.annotation_id and k.shapes is null;
