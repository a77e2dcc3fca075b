create table note (id uuid primary key, text text not null);
create table slice_seen (job text not null, slice integer not null);
