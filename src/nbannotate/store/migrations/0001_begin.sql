-- The first tables and the public views. Primary keys only: no foreign keys, no other index (an UPDATE of an indexed
-- column of a referenced row fails in DuckDB). Times are UTC. Annotations and events are append-only.

create schema data;

create table data.meta (key varchar primary key, value varchar not null);
create table data.migrations (version integer primary key, name varchar not null, applied timestamp not null);

create sequence data.ids;

create table data.members (
  member_id bigint primary key, login varchar not null, role varchar not null, password_hash varchar,
  active boolean not null, created timestamp not null
);
create table data.sessions (
  token_hash varchar primary key, kind varchar not null, member_id bigint not null, parent_hash varchar,
  created timestamp not null, expires timestamp not null, ended timestamp
);
create table data.requests (
  request_id varchar primary key, member_id bigint not null, operation varchar not null, answer varchar not null,
  created timestamp not null
);
create table data.events (
  event_id bigint primary key, member_id bigint not null, operation varchar not null, campaign_id bigint,
  task_id bigint, asset_id bigint, milliseconds double not null, worked_s double, detail varchar not null,
  created timestamp not null
);

create table data.datasets (
  dataset_id bigint primary key, name varchar not null, readme varchar not null, created timestamp not null
);
create table data.versions (
  version_id bigint primary key, dataset_id bigint not null, name varchar not null, state varchar not null,
  parent_id bigint, created timestamp not null
);
create table data.assets (
  asset_id bigint primary key, dataset_id bigint not null, name varchar not null, path varchar not null,
  folder varchar not null, width integer not null, height integer not null, bytes bigint not null,
  metadata varchar not null, created timestamp not null
);
create table data.version_assets (
  version_id bigint not null, asset_id bigint not null, position bigint not null, primary key (version_id, asset_id)
);

create table data.campaigns (
  campaign_id bigint primary key, version_id bigint not null, name varchar not null, spec varchar not null,
  due date, created timestamp not null, launched timestamp
);
create table data.steps (
  campaign_id bigint not null, step integer not null, name varchar not null, kind varchar not null,
  primary key (campaign_id, step)
);
create table data.step_members (
  campaign_id bigint not null, step integer not null, member_id bigint not null,
  primary key (campaign_id, step, member_id)
);
create table data.tasks (
  task_id bigint primary key, campaign_id bigint not null, asset_id bigint not null, step integer not null,
  round integer not null, state varchar not null, outcome varchar, assignee_id bigint, position bigint not null,
  is_current boolean not null, worked_s double not null, created timestamp not null, opened timestamp,
  touched timestamp, closed timestamp
);
create table data.drafts (
  task_id bigint primary key, revision integer not null, body varchar not null, saved timestamp not null
);

create table data.annotations (
  annotation_id bigint primary key, version_id bigint not null, asset_id bigint not null, campaign_id bigint,
  task_id bigint, member_id bigint not null, source varchar not null, nothing_to_label boolean not null,
  tags varchar not null, created timestamp not null
);
create table data.shapes (
  annotation_id bigint not null, position integer not null, shape_id varchar not null, label varchar not null,
  kind varchar not null, points varchar not null, attributes varchar not null, confidence double,
  area double not null, x double not null, y double not null, width double not null, height double not null
);

create table data.issues (
  issue_id bigint primary key, campaign_id bigint not null, asset_id bigint not null, task_id bigint not null,
  shape_id varchar, x0 double, y0 double, x1 double, y1 double, state varchar not null, author_id bigint not null,
  created timestamp not null, closed timestamp, closed_by bigint
);
create table data.comments (
  comment_id bigint primary key, issue_id bigint not null, author_id bigint not null, text varchar not null,
  created timestamp not null
);

-- Public views --------------------------------------------------------------------------------------------------

create view members as select member_id, login, role, active, created from data.members;

create view datasets as select dataset_id, name, readme, created from data.datasets;

create view versions as
select v.version_id, v.dataset_id, d.name as dataset, v.name, v.state, v.created
from data.versions v join data.datasets d on d.dataset_id = v.dataset_id;

create view assets as
select a.asset_id, a.dataset_id, va.version_id, a.name, a.path, a.folder, a.width, a.height, a.bytes,
       cast(a.metadata as json) as metadata, va.position
from data.version_assets va join data.assets a on a.asset_id = va.asset_id;

create view campaigns as
select c.campaign_id, c.name, c.version_id, v.dataset, v.name as version, c.due, c.created, c.launched
from data.campaigns c join versions v on v.version_id = c.version_id;

create view steps as select campaign_id, step, name, kind from data.steps;

create view tasks as
select t.task_id, t.campaign_id, c.name as campaign, t.asset_id, a.name as asset, t.step, s.name as step_name, s.kind,
       t.round, t.state, t.outcome, m.login as assignee, t.created, t.opened, t.closed, t.worked_s, t.is_current,
       coalesce(i.issues, 0) as issues
from data.tasks t
join data.campaigns c on c.campaign_id = t.campaign_id
join data.assets a on a.asset_id = t.asset_id
join data.steps s on s.campaign_id = t.campaign_id and s.step = t.step
left join data.members m on m.member_id = t.assignee_id
left join (
  select campaign_id, asset_id, count(*) as issues from data.issues where state <> 'resolved' group by 1, 2
) i on i.campaign_id = t.campaign_id and i.asset_id = t.asset_id;

create view asset_states as
select campaign_id, asset_id, asset, state, step, step_name, assignee from tasks where is_current;

create view annotations as
select n.annotation_id, n.asset_id, n.version_id, n.campaign_id, n.task_id, t.step, m.login as member, n.source,
       n.nothing_to_label, cast(n.tags as json) as tags, coalesce(s.shapes, 0) as shapes, n.created,
       n.annotation_id = max(n.annotation_id) over (partition by n.version_id, n.asset_id) as is_latest
from data.annotations n
join data.members m on m.member_id = n.member_id
left join data.tasks t on t.task_id = n.task_id
left join (select annotation_id, count(*) as shapes from data.shapes group by 1) s
  on s.annotation_id = n.annotation_id;

create view shape_history as
select s.annotation_id, n.asset_id, a.name as asset, n.version_id, n.campaign_id, n.task_id, s.position,
       s.shape_id, s.label,
       s.kind, cast(s.points as json) as points, cast(s.attributes as json) as attributes, s.confidence, s.area,
       s.x, s.y, s.width, s.height, m.login as member, n.created
from data.shapes s
join data.annotations n on n.annotation_id = s.annotation_id
join data.assets a on a.asset_id = n.asset_id
join data.members m on m.member_id = n.member_id;

create view shapes as
select h.* from shape_history h
join (select max(annotation_id) as annotation_id from data.annotations group by version_id, asset_id) l
  on l.annotation_id = h.annotation_id;

create view issues as
select i.issue_id, i.campaign_id, c.name as campaign, i.asset_id, a.name as asset, i.task_id, t.step, i.shape_id,
       i.x0, i.y0, i.x1, i.y1, i.state, m.login as author, f.text, f.comments, i.created, i.closed,
       k.login as closed_by
from data.issues i
join data.campaigns c on c.campaign_id = i.campaign_id
join data.assets a on a.asset_id = i.asset_id
join data.tasks t on t.task_id = i.task_id
join data.members m on m.member_id = i.author_id
left join data.members k on k.member_id = i.closed_by
left join (
  select issue_id, count(*) as comments, min_by(text, comment_id) as text from data.comments group by 1
) f on f.issue_id = i.issue_id;

create view events as
select e.event_id, m.login as member, e.operation, e.campaign_id, e.task_id, e.asset_id, e.milliseconds, e.worked_s,
       cast(e.detail as json) as detail, e.created
from data.events e join data.members m on m.member_id = e.member_id;
