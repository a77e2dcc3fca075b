-- Studies and how far they are.
create table study (
    id          uuid        primary key,
    name        text        not null,
    state       text        not null check (state in ('running', 'completed', 'failed')),
    submitted   text        not null,
    problem     text,
    created_at  timestamptz not null,
    finished_at timestamptz
);
create index study_created_at on study (created_at, id);

-- One row a stage. A completed row never changes; its output is what later stages build on.
create table study_step (
    study       uuid   not null references study (id),
    stage       text   not null,
    state       text   not null check (state in ('waiting', 'running', 'completed', 'failed')),
    done        bigint not null,
    total       bigint not null,
    unit        text   not null,
    note        text,
    output      text,
    started_at  timestamptz,
    finished_at timestamptz,
    primary key (study, stage)
);

-- Where the shards of evaluation jobs lie, as capture stated them. Opened only by a study's monitor.
create table evaluation_shard (
    job        text    not null,
    hook       text    not null,
    slice      integer not null,
    slices     integer not null,
    part       integer not null,
    parts      integer not null,
    object_key text    not null,
    sha256     text    not null,
    primary key (job, hook, slice, part)
);

-- The same of learning jobs. Some of each arm are opened, to tell how much of it a dictionary covers.
create table learning_shard (
    job        text    not null,
    hook       text    not null,
    slice      integer not null,
    slices     integer not null,
    part       integer not null,
    parts      integer not null,
    arm        text    not null,
    object_key text    not null,
    sha256     text    not null,
    primary key (job, hook, slice, part)
);
