-- How many features a run announced, so that whoever waits for the events knows when all have come.
alter table dictionary_run add column features integer not null default 0;
