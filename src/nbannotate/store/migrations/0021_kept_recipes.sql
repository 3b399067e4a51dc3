-- What the recipes of campaigns said of the labels of a version that was copied: the campaigns themselves stay where they
-- are. `recipe` is JSON with labels and tags; `own`: the campaign was one of that version, and not of a parent of it.

create table data.kept_recipes (
  version_id bigint not null, recipe varchar not null, created timestamp not null, own boolean not null
);
