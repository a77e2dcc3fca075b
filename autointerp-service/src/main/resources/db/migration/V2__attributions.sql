-- How many FeatureAttributed events an analysis ended in, so that whoever waits for them knows when all have come.
alter table analysis add column attributions integer not null default 0;
