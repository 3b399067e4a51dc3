-- What somebody spread over slices of a sequence, so that it can be taken back: the drafts as they were before.

create table data.spreads (
  spread_id bigint primary key, member_id bigint not null, campaign_id bigint not null, step integer not null,
  sequence varchar not null, what varchar not null, created timestamp not null
);

-- `revision` is that of the draft which the spread left; `body` and `revision_before` are those of the draft before it,
-- null where there was none. `taken`: the task came out of the queue for it; `opened`: when it was opened first, before.
create table data.spread_drafts (
  spread_id bigint not null, task_id bigint not null, member_id bigint not null, revision integer not null,
  body varchar, revision_before integer, taken boolean not null, opened timestamp, touched timestamp,
  primary key (spread_id, task_id)
);
