-- Events on their way out. A row is deleted once the broker has acknowledged the record.
create table outbox (
    id           bigint generated always as identity primary key,
    topic        text        not null,
    record_key   text        not null,
    event_id     text        not null,
    source       text        not null,
    type         text        not null,
    time         timestamptz not null,
    data         text        not null,
    trace_parent text,
    unique (source, event_id)
);

-- Events that already took effect. Kept for good: topics are replayable, so any event may come back.
create table consumed_event (
    source  text        not null,
    id      text        not null,
    seen_at timestamptz not null default now(),
    primary key (source, id)
);

-- Records that no repetition would make acceptable. Rows stay when somebody has dealt with them.
create table dead_letter (
    topic         text        not null,
    partition_id  integer     not null,
    record_offset bigint      not null,
    record_key    text,
    headers       text        not null,
    value         bytea,
    reason        text,
    at            timestamptz not null default now(),
    state         text        not null default 'waiting' check (state in ('waiting', 'replayed', 'discarded')),
    ended_at      timestamptz,
    ended_by      text,
    ended_why     text,
    primary key (topic, partition_id, record_offset),
    check ((state = 'waiting') = (ended_at is null))
);
create index dead_letter_at on dead_letter (at, topic, partition_id, record_offset);

-- Answers given under an Idempotency-Key, for 24 hours.
create table idempotency_key (
    operation   text        not null,
    key         text        not null check (length(key) between 1 and 200),
    body_sha256 text        not null,
    status      integer     not null,
    location    text,
    body        text,
    created_at  timestamptz not null default now(),
    primary key (operation, key)
);
create index idempotency_key_created_at on idempotency_key (created_at);
