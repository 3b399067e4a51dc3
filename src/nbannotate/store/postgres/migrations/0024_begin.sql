-- The schema of a workspace as all migrations of store/migrations/ up to this number leave it in a DuckDB file: the same
-- tables, columns and views. Texts are compared by their bytes, as there. Later migrations are those of
-- store/migrations/, but where a file of the same name stands here.

create schema if not exists data;
create schema if not exists main;

create sequence data.ids;
-- Grows with each transaction after which nobody may go by what was read before: see engine.py.
create sequence data.pace;

create table data.meta (
  key text collate "C" primary key, value text collate "C" not null
);
create table data.migrations (
  version integer primary key, name text collate "C" not null, applied timestamp not null
);
create table data.members (
  member_id bigint primary key, login text collate "C" not null, role text collate "C" not null,
  password_hash text collate "C", active boolean not null, created timestamp not null, archived timestamp
);
create table data.sessions (
  token_hash text collate "C" primary key, kind text collate "C" not null, member_id bigint not null,
  parent_hash text collate "C", created timestamp not null, expires timestamp not null, ended timestamp,
  acted_by bigint
);
create table data.requests (
  request_id text collate "C" primary key, member_id bigint not null, operation text collate "C" not null,
  answer text collate "C" not null, created timestamp not null
);
create table data.events (
  event_id bigint primary key, member_id bigint not null, operation text collate "C" not null, campaign_id bigint,
  task_id bigint, asset_id bigint, milliseconds double precision not null, worked_s double precision,
  detail text collate "C" not null, created timestamp not null, acted_by bigint
);
create table data.datasets (
  dataset_id bigint primary key, name text collate "C" not null, readme text collate "C" not null,
  created timestamp not null, archived timestamp
);
create table data.versions (
  version_id bigint primary key, dataset_id bigint not null, name text collate "C" not null,
  state text collate "C" not null, parent_id bigint, created timestamp not null, archived timestamp,
  content_hash text collate "C"
);
create table data.assets (
  asset_id bigint primary key, dataset_id bigint not null, name text collate "C" not null,
  path text collate "C" not null, folder text collate "C" not null, width integer not null, height integer not null,
  bytes bigint not null, metadata text collate "C" not null, created timestamp not null, sequence text collate "C",
  moment double precision
);
create table data.campaigns (
  campaign_id bigint primary key, version_id bigint not null, name text collate "C" not null,
  spec text collate "C" not null, due date, created timestamp not null, launched timestamp, archived timestamp
);
create table data.steps (
  campaign_id bigint, step integer, name text collate "C" not null, kind text collate "C" not null,
  primary key(campaign_id, step)
);
create table data.step_members (
  campaign_id bigint, step integer, member_id bigint, primary key(campaign_id, step, member_id)
);
create table data.tasks (
  task_id bigint primary key, campaign_id bigint not null, asset_id bigint not null, step integer not null,
  round integer not null, state text collate "C" not null, outcome text collate "C", assignee_id bigint,
  position bigint not null, is_current boolean not null, worked_s double precision not null,
  created timestamp not null, opened timestamp, touched timestamp, closed timestamp, status text collate "C",
  leased_until timestamp, note text collate "C", shown_s double precision default 0,
  editing_s double precision default 0, "copy" integer, gold bigint
);
create table data.annotations (
  annotation_id bigint primary key, version_id bigint not null, asset_id bigint not null, campaign_id bigint,
  task_id bigint, member_id bigint not null, source text collate "C" not null, nothing_to_label boolean not null,
  tags text collate "C" not null, created timestamp not null, tag_attributes text collate "C",
  origin text collate "C", shapes integer default 0
);
create table data.shapes (
  annotation_id bigint not null, position integer not null, shape_id text collate "C" not null,
  label text collate "C" not null, kind text collate "C" not null, points text collate "C" not null,
  attributes text collate "C" not null, confidence double precision, area double precision not null,
  x double precision not null, y double precision not null, width double precision not null,
  height double precision not null, color text collate "C", rle text collate "C", visibility text collate "C",
  also text collate "C", rings text collate "C", "group" text collate "C", track text collate "C",
  keyframe boolean default false
);
create table data.issues (
  issue_id bigint primary key, campaign_id bigint not null, asset_id bigint not null, task_id bigint not null,
  shape_id text collate "C", x0 double precision, y0 double precision, x1 double precision, y1 double precision,
  state text collate "C" not null, author_id bigint not null, created timestamp not null, closed timestamp,
  closed_by bigint
);
create table data.comments (
  comment_id bigint primary key, issue_id bigint not null, author_id bigint not null, text text collate "C" not null,
  created timestamp not null
);
create table data.member_drafts (
  task_id bigint, member_id bigint, revision integer not null, body text collate "C" not null,
  saved timestamp not null, primary key(task_id, member_id)
);
create table data.lapses (
  task_id bigint not null, member_id bigint not null, lapsed timestamp not null
);
create table data.workers (
  dataset_id bigint, member_id bigint, primary key(dataset_id, member_id)
);
create table data.notices (
  notice_id bigint primary key, member_id bigint not null, kind text collate "C" not null,
  text text collate "C" not null, campaign_id bigint, task_id bigint, issue_id bigint, once text collate "C",
  created timestamp not null, seen timestamp
);
create table data.documents (
  sha256 text collate "C" primary key, name text collate "C" not null, body bytea not null,
  created timestamp not null
);
create table data.spreads (
  spread_id bigint primary key, member_id bigint not null, campaign_id bigint not null, step integer not null,
  sequence text collate "C" not null, what text collate "C" not null, created timestamp not null
);
create table data.spread_drafts (
  spread_id bigint, task_id bigint, member_id bigint not null, revision integer not null, body text collate "C",
  revision_before integer, taken boolean not null, opened timestamp, touched timestamp,
  primary key(spread_id, task_id)
);
create table data.staged (
  batch_id bigint primary key, created timestamp not null
);
create table data.foreign_ids (
  version_id bigint not null, format text collate "C" not null, what text collate "C" not null,
  name text collate "C" not null, foreign_id text collate "C", position bigint not null, extra text collate "C",
  called text collate "C", place bigint
);
create table data.metadata_types (
  dataset_id bigint not null, name text collate "C" not null, type text collate "C" not null
);
create table data.version_layers (
  version_id bigint not null, layer_id bigint not null, height integer not null, own boolean not null,
  annotations boolean not null
);
create table data.layer_assets (
  layer_id bigint not null, asset_id bigint not null, position bigint not null, archived timestamp,
  effect integer not null, added timestamp not null
);
create table data.layer_heads (
  layer_id bigint not null, asset_id bigint not null, annotation_id bigint
);
create table data.contents (
  version_id bigint not null, what text collate "C" not null, count bigint not null, sha256 text collate "C" not null
);
create table data.splits (
  splits_id bigint not null, asset_id bigint not null, split text collate "C" not null
);
create table data.version_splits (
  version_id bigint primary key, splits_id bigint not null, how text collate "C" not null, created timestamp not null
);
create table data.label_changes (
  change_id bigint primary key, version_id bigint not null, mapping text collate "C" not null,
  labels text collate "C" not null, member_id bigint not null, created timestamp not null, undone timestamp
);
create table data.relabelled (
  change_id bigint not null, annotation_id bigint not null, original bigint not null
);
create table data.activity (
  member_id bigint not null, task_id bigint not null, campaign_id bigint not null, asset_id bigint not null,
  step integer not null, label text collate "C", started timestamp not null, ended timestamp not null,
  shown_s double precision, worked_s double precision not null, editing_s double precision
);
create table data.job_counts (
  campaign_id bigint not null, step integer not null, member_id bigint not null, tasks bigint, opened bigint,
  returned bigint, in_progress bigint, started bigint, done bigint, elsewhere bigint, rejected bigint,
  skipped bigint, issues bigint, apart bigint, objects bigint, waiting bigint, here bigint,
  worked_s double precision, gold boolean default false
);
create table data.count_changes (
  changes text collate "C" not null
);
create table data.kept_recipes (
  version_id bigint not null, recipe text collate "C" not null, created timestamp not null, own boolean not null
);
create table data.gold_scores (
  task_id bigint primary key, score double precision not null, f1 double precision, matched integer not null,
  other_label integer not null, missed integer not null, extra integer not null, tags_right integer not null,
  tags_wrong integer not null, mean_iou double precision, shown boolean not null
);
create table data.gold_falls (
  campaign_id bigint not null, member_id bigint not null, since timestamp not null, mean double precision not null,
  answers integer not null, action text collate "C" not null, ended timestamp, ended_by bigint
);

-- PostgreSQL keeps no order and no statistics of the smallest and largest value of a block: what is looked up has an index.
create index on data.tasks (campaign_id, step, assignee_id, position);
create index on data.tasks (asset_id, campaign_id);
create index on data.tasks (assignee_id);
create index on data.tasks (leased_until) where leased_until is not null;
create index on data.annotations (version_id, asset_id);
create index on data.annotations (task_id);
create index on data.annotations (asset_id);
create index on data.shapes (annotation_id);
create index on data.assets (dataset_id);
create index on data.layer_assets (layer_id, asset_id);
create index on data.layer_heads (layer_id, asset_id);
create index on data.layer_heads (annotation_id);
create index on data.version_layers (version_id);
create index on data.version_layers (layer_id);
create index on data.issues (campaign_id, asset_id);
create index on data.comments (issue_id);
create index on data.lapses (task_id);
create index on data.notices (member_id);
create index on data.activity (member_id, ended);
create index on data.activity (task_id);
create index on data.splits (splits_id, asset_id);
create index on data.foreign_ids (version_id);
create index on data.relabelled (change_id);
create index on data.job_counts (campaign_id, step, member_id);
create index on data.spreads (member_id, campaign_id);

-- Functions that statements of the store use and PostgreSQL does not have.

create function data.round(double precision, integer) returns double precision language sql immutable parallel safe
as 'select cast(round(cast($1 as numeric), $2) as double precision)';
create function data.isfinite(double precision) returns boolean language sql immutable parallel safe
as 'select $1 not in (''infinity'', ''-infinity'', ''nan'')';
create function data.first_of(anyelement, anyelement) returns anyelement language sql immutable strict parallel safe
as 'select $1';
create aggregate data.any_value(anyelement) (sfunc = data.first_of, stype = anyelement, parallel = safe);
create function data.bigints(text) returns bigint[] language sql immutable parallel safe
as 'select coalesce(array_agg(cast(e as bigint)), ''{}'') from json_array_elements_text(cast($1 as json)) e';
create function data.texts(text) returns text[] language sql immutable parallel safe
as 'select coalesce(array_agg(e), ''{}'') from json_array_elements_text(cast($1 as json)) e';

-- Views of the store's own, and the public ones --------------------------------------------------------------------

create view data.version_assets as
select version_id, asset_id, position, archived, added from (
  select l.version_id, a.asset_id, a.position, a.archived, a.added, a.effect,
         row_number() over (partition by l.version_id, a.asset_id order by l.height desc, a.effect desc) as nth
  from data.version_layers l join data.layer_assets a on a.layer_id = l.layer_id
) a where nth = 1 and effect >= 0;

create view data.version_heads as
select version_id, asset_id, annotation_id from (
  select l.version_id, h.asset_id, h.annotation_id,
         row_number() over (
           partition by l.version_id, h.asset_id order by l.height desc, h.annotation_id desc nulls last
         ) as nth
  from data.version_layers l join data.layer_heads h on h.layer_id = l.layer_id where l.annotations
) h where nth = 1 and annotation_id is not null;

create view data.version_annotations as
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

create view data.all_annotations as
select version_id, asset_id, annotation_id, inherited from data.version_annotations
union all
select n.version_id, n.asset_id, n.annotation_id, false
from data.annotations n join data.versions v on v.version_id = n.version_id where n.origin = 'copy';

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
       cast(round(cast(coalesce(sum(worked_s), 0) as numeric), 6) as double precision) as worked_s, coalesce(gold, false) as gold
from (
  select * from data.job_counts
  union all
  select c.* from data.count_changes, lateral json_to_recordset(cast(changes as json)) as c(
    campaign_id bigint, step integer, member_id bigint, tasks bigint, opened bigint, returned bigint,
    in_progress bigint, started bigint, done bigint, elsewhere bigint, rejected bigint, skipped bigint, issues bigint,
    apart bigint, objects bigint, waiting bigint, here bigint, worked_s double precision, gold boolean
  )
) k group by campaign_id, step, member_id, coalesce(gold, false);

create view main.members as
select member_id, login, role, active, created, archived from data.members;

create view main.datasets as
select dataset_id, name, readme, created, archived from data.datasets;

create view main.versions as
select v.version_id, v.dataset_id, d.name as dataset, v.name, v.state, v.created, v.parent_id, p.name as parent,
       v.archived, cast(coalesce(n.assets, 0) as bigint) as assets, v.content_hash
from data.versions v
join data.datasets d on d.dataset_id = v.dataset_id
left join data.versions p on p.version_id = v.parent_id
left join (
  select l.version_id, sum(a.assets) as assets from data.version_layers l
  join (select layer_id, sum(effect) as assets from data.layer_assets group by 1) a on a.layer_id = l.layer_id
  group by 1
) n on n.version_id = v.version_id;

create view main.assets as
select a.asset_id, a.dataset_id, va.version_id, a.name, a.path, a.folder, a.width, a.height, a.bytes,
       cast(a.metadata as json) as metadata, a.sequence, a.moment, va.position, va.archived, va.added
from data.version_assets va join data.assets a on a.asset_id = va.asset_id;

create view main.workers as
select w.dataset_id, d.name as dataset, w.member_id, m.login as member
from data.workers w
join data.datasets d on d.dataset_id = w.dataset_id
join data.members m on m.member_id = w.member_id;

create view main.campaigns as
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

create view main.steps as
select campaign_id, step, name, kind from data.steps;

create view main.tasks as
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

create view main.asset_states as
select t.campaign_id, t.asset_id, t.asset, t.state, t.step, t.step_name, t.assignee, t.outcome,
       case when o.asset_id is not null then null
            when t.state = 'to_rework' then null
            else l.status end as status
from main.tasks t
left join (
  select campaign_id, asset_id, (array_agg(status order by task_id desc) filter (where status is not null))[1] as status from data.tasks
  where closed is not null and status <> 'returned' group by 1, 2
) l on l.campaign_id = t.campaign_id and l.asset_id = t.asset_id
left join (
  select distinct campaign_id, asset_id from data.issues where state = 'open'
) o on o.campaign_id = t.campaign_id and o.asset_id = t.asset_id
where t.is_current;

create view main.jobs as
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

create view main.annotations as
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

create view main.shape_history as
select s.annotation_id, n.asset_id, a.name as asset, r.version_id,
       case when not r.inherited then n.campaign_id end as campaign_id,
       case when not r.inherited then n.task_id end as task_id, s.position,
       s.shape_id, s.label,
       s.kind, cast(s.points as json) as points, cast(s.attributes as json) as attributes, s.confidence, s.area,
       s.x, s.y, s.width, s.height, m.login as member, n.created,
       s.color, cast(s.rle as json) as rle, cast(s.visibility as json) as visibility,
       cast(coalesce(s.also, '[]') as json) as also, n.origin,
       cast(s.rings as json) as rings, s."group", s.track, s.keyframe
from data.shapes s
join data.all_annotations r on r.annotation_id = s.annotation_id
join data.annotations n on n.annotation_id = r.annotation_id
join data.assets a on a.asset_id = n.asset_id
join data.members m on m.member_id = n.member_id;

create view main.shapes as
select s.annotation_id, n.asset_id, a.name as asset, h.version_id,
       case when n.version_id = h.version_id then n.campaign_id end as campaign_id,
       case when n.version_id = h.version_id then n.task_id end as task_id, s.position,
       s.shape_id, s.label,
       s.kind, cast(s.points as json) as points, cast(s.attributes as json) as attributes, s.confidence, s.area,
       s.x, s.y, s.width, s.height, m.login as member, n.created,
       s.color, cast(s.rle as json) as rle, cast(s.visibility as json) as visibility,
       cast(coalesce(s.also, '[]') as json) as also, n.origin,
       cast(s.rings as json) as rings, s."group", s.track, s.keyframe
from data.shapes s
join data.version_heads h on h.annotation_id = s.annotation_id
join data.annotations n on n.annotation_id = h.annotation_id
join data.assets a on a.asset_id = n.asset_id
join data.members m on m.member_id = n.member_id;

create view main.issues as
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
  select issue_id, count(*) as comments, (array_agg(text order by comment_id))[1] as text from data.comments group by 1
) f on f.issue_id = i.issue_id;

create view main.events as
select e.event_id, m.login as member, e.operation, e.campaign_id, e.task_id, e.asset_id, e.milliseconds, e.worked_s,
       cast(e.detail as json) as detail, e.created, o.login as acted_by
from data.events e
join data.members m on m.member_id = e.member_id
left join data.members o on o.member_id = e.acted_by;

create view main.notices as
select n.notice_id, m.login as member, n.kind, n.text, n.campaign_id, c.name as campaign, n.task_id, n.issue_id,
       n.created, n.seen
from data.notices n
join data.members m on m.member_id = n.member_id
left join data.campaigns c on c.campaign_id = n.campaign_id;

create view main.activity as
select a.task_id, a.campaign_id, a.asset_id, a.step, m.login as member, a.label, a.started, a.ended,
       a.shown_s, a.worked_s, a.editing_s
from data.activity a join data.members m on m.member_id = a.member_id
where not exists (select 1 from data.tasks t where t.task_id = a.task_id and t.gold is not null);

create view main.splits as
select a.version_id, a.asset_id, a.name as asset, s.split
from data.version_splits p
join data.splits s on s.splits_id = p.splits_id
join main.assets a on a.version_id = p.version_id and a.asset_id = s.asset_id;

create view main.label_changes as
select c.change_id, c.version_id, cast(c.mapping as json) as mapping, cast(c.labels as json) as labels,
       m.login as member, coalesce(r.assets, 0) as assets, c.created, c.undone
from data.label_changes c
join data.members m on m.member_id = c.member_id
left join (select change_id, count(*) as assets from data.relabelled group by 1) r on r.change_id = c.change_id;

create view main.foreign_ids as
with recursive line as (
  select version_id, version_id as from_version, parent_id, 0 as distance from data.versions
  union all
  select l.version_id, v.version_id, v.parent_id, l.distance + 1
  from line l join data.versions v on v.version_id = l.parent_id
)
select l.version_id, f.format, f.what, f.name, f.foreign_id, f.position, l.distance,
       cast(f.extra as json) as extra, f.called, f.place
from line l join data.foreign_ids f on f.version_id = l.from_version;

create view main.gold_answers as
select t.task_id, t.campaign_id, c.name as campaign, t.asset_id, a.name as asset, m.login as member, t.outcome,
       t.opened, t.closed, t.worked_s, g.score, g.f1, g.matched, g.other_label, g.missed, g.extra, g.tags_right,
       g.tags_wrong, g.mean_iou, g.shown
from data.tasks t
join data.campaigns c on c.campaign_id = t.campaign_id
join data.assets a on a.asset_id = t.asset_id
join data.members m on m.member_id = t.assignee_id
left join data.gold_scores g on g.task_id = t.task_id
where t.gold is not null and t.closed is not null;

create view main.gold_falls as
select f.campaign_id, c.name as campaign, m.login as member, f.since, f.mean, f.answers, f.action, f.ended,
       e.login as ended_by
from data.gold_falls f
join data.campaigns c on c.campaign_id = f.campaign_id
join data.members m on m.member_id = f.member_id
left join data.members e on e.member_id = f.ended_by;
