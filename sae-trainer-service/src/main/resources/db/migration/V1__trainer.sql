-- What capture has announced. A shard may be known before its job: the two come on different topics.
create table captured_job (
    id               uuid    primary key,
    model            text    not null,
    model_digest     text    not null,
    tokenizer_digest text,
    hooks            jsonb   not null,
    role             text    not null,
    arms             jsonb   not null,
    transcripts      jsonb   not null,
    slices           integer not null
);

-- Jobs that came to an end. One that completed may have been extended since.
create table captured_job_end (
    job      uuid        primary key,
    state    text        not null,
    problem  text,
    heard_at timestamptz not null default now()
);

create table captured_shard (
    job        uuid    not null,
    hook       text    not null,
    slice      integer not null,
    part       integer not null,
    parts      integer not null,
    arm        text    not null,
    role       text    not null,
    bucket     text    not null,
    object_key text    not null,
    sha256     text    not null,
    bytes      bigint  not null,
    rows       integer not null,
    width      integer not null,
    primary key (job, hook, slice, part)
);

-- Dictionary runs. spec is what was asked and how it is trained, fixed at acceptance. holder and heartbeat_at are the
-- lease; epoch rises with every claim and fences everything a holder writes; checkpoint_* is the pointer to the state.
create table dictionary_run (
    id                uuid             primary key,
    name              text             not null,
    state             text             not null check (state in ('waiting', 'training', 'completed', 'failed', 'cancelled')),
    model             text             not null,
    spec              jsonb            not null,
    step              bigint           not null default 0,
    tokens            bigint           not null default 0,
    metrics           jsonb,
    rows_seen         bigint           not null default 0,
    rows_found        jsonb,
    digest            text,
    object_prefix     text,
    config_sha256     text,
    weights_sha256    text,
    problem           text,
    created_at        timestamptz      not null default now(),
    finished_at       timestamptz,
    queued_at         timestamptz      not null default now(),
    holder            text,
    heartbeat_at      timestamptz,
    epoch             bigint           not null default 0,
    checkpoint_step   bigint,
    checkpoint_key    text,
    checkpoint_sha256 text,
    checkpoint_bytes  bigint
);
create index dictionary_run_created_at on dictionary_run (created_at, id);
create index dictionary_run_open on dictionary_run (queued_at) where state in ('waiting', 'training');

create table training_metric (
    run     uuid   not null references dictionary_run (id),
    step    bigint not null,
    tokens  bigint not null,
    metrics jsonb  not null,
    primary key (run, step)
);

-- Shards that a run leaves out from some step on. Part of its state: a row comes with the checkpoint of that step.
create table quarantined_shard (
    run        uuid        not null references dictionary_run (id),
    object_key text        not null,
    job        uuid        not null,
    hook       text        not null,
    slice      integer     not null,
    part       integer     not null,
    rows       integer     not null,
    sha256     text        not null,
    step       bigint      not null,
    reason     text        not null,
    problem    text        not null,
    found_at   timestamptz not null default now(),
    primary key (run, object_key)
);

-- Dictionaries that a run published: on its way, at its end, or, when it diverged, of its last good checkpoint. alive and
-- ever are bitmaps of features that fired in it, and in it or in those it descends from.
create table published_dictionary (
    run            uuid    not null references dictionary_run (id),
    step           bigint  not null,
    tokens         bigint  not null,
    generation     integer not null,
    digest         text    not null,
    object_prefix  text    not null,
    config_sha256  text    not null,
    weights_sha256 text    not null,
    alive          bytea   not null,
    ever           bytea   not null,
    changes        jsonb   not null,
    primary key (run, step)
);
create index published_dictionary_digest on published_dictionary (digest);

-- Every checkpoint object that was ever begun; noted before it is written, so that none is left behind.
create table checkpoint_object (
    key   text   primary key,
    run   uuid   not null references dictionary_run (id),
    step  bigint not null,
    epoch bigint not null
);
create index checkpoint_object_run on checkpoint_object (run);
