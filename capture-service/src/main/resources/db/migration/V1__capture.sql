-- Models as found at registration; body is the whole description.
create table model (
    id         text        primary key,
    name       text        not null,
    body       jsonb       not null,
    created_at timestamptz not null default now()
);

-- Uploaded transcripts. document_index: count, then the end offset of each document's line, then its characters.
create table transcript_file (
    digest         text        primary key,
    documents      integer     not null,
    bytes          bigint      not null,
    bad            integer     not null,
    ok             integer     not null,
    unknown        integer     not null,
    document_index bytea       not null,
    created_at     timestamptz not null default now()
);

-- Jobs with the sums over their finished slices. part_bytes: where the shards of a slice roll.
create table capture_job (
    id                  uuid        primary key,
    state               text        not null check (state in ('accepted', 'running', 'completed', 'failed', 'cancelled')),
    model               text        not null references model (id),
    hooks               jsonb       not null,
    role                text        not null,
    dtype               text        not null,
    context_policy      text        not null,
    position_means      boolean     not null,
    part_bytes          bigint      not null,
    arms                jsonb       not null,
    interventions       jsonb,
    metrics             jsonb,
    measured            jsonb,
    attribution         jsonb,
    search              jsonb,
    slices              integer     not null,
    slices_done         integer     not null default 0,
    documents           integer     not null,
    truncated_documents integer     not null default 0,
    skipped_summaries   integer     not null default 0,
    tokens              bigint      not null default 0,
    rows                bigint      not null default 0,
    problem             text,
    created_at          timestamptz not null default now(),
    finished_at         timestamptz
);
create index capture_job_created_at on capture_job (created_at, id);

-- Slices: which lines of which arm, and what came of them.
create table slice (
    job        uuid    not null references capture_job (id),
    slice      integer not null,
    arm        integer not null,
    documents  integer not null,
    from_byte  bigint  not null,
    to_byte    bigint  not null,
    done_at    timestamptz,
    tokens     bigint,
    truncated  integer,
    shards     jsonb,
    loss       jsonb,
    attribution jsonb,
    directions  jsonb,
    primary key (job, slice)
);
