-- What a column of metadata was when it was given: JSON has no times, no zones, no whole numbers of 8 bits.
-- The type is that of pandas, for example datetime64[us, Europe/Zurich]; what was given last counts.

create table data.metadata_types (
  dataset_id bigint not null,
  name varchar not null,
  type varchar not null
);
