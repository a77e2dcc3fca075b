-- A feature's parts come on three topics in any order: whichever is first makes the row, the others fill it in. Each
-- part keeps the time it was stated at, so that an older statement never overwrites a newer one.
create table feature (
    uid               text primary key,
    dictionary        text    not null,
    feature_index     integer not null,
    run_id            text,
    model             text,
    hook              text,
    change            text,
    firing_rate       double precision,
    tokens            bigint,
    discovered_at     timestamptz,
    label             text,
    explainer         text,
    explainer_version text,
    trust_tier        text,
    firings           bigint,
    score             text,
    explained_at      timestamptz,
    grade             text    not null default 'E0',
    unique (dictionary, feature_index)
);
create index feature_grade on feature (grade, dictionary, feature_index);

-- What one arm says about a feature: JSON as in the event.
create table evidence (
    feature_uid text        not null references feature,
    arm         text        not null,
    arm_kind    text        not null,
    screen      text        not null,
    calibration text        not null,
    gradient    text,
    ablation    text,
    pooling     text,
    stated_at   timestamptz not null,
    primary key (feature_uid, arm)
);

-- Proposals, one a round. Evidence is what it was proposed on, and does not change with later events.
create table concern (
    feature_uid text        not null references feature,
    round       integer     not null,
    level       text        not null,
    reason      text        not null,
    proposed_by text        not null,
    strategy    text,
    grade       text        not null,
    evidence    text        not null,
    state       text        not null,
    proposed_at timestamptz not null,
    decided_at  timestamptz,
    primary key (feature_uid, round)
);

create table review (
    feature_uid text        not null,
    round       integer     not null,
    reviewer    text        not null,
    verdict     text        not null,
    reason      text        not null,
    reviewed_at timestamptz not null,
    primary key (feature_uid, round, reviewer),
    foreign key (feature_uid, round) references concern
);

-- Who did what, when and why; only ever added to.
create table audit (
    id       bigint generated always as identity primary key,
    at       timestamptz not null,
    who      text        not null,
    action   text        not null,
    subject  text        not null,
    why      text        not null,
    before   text,
    after    text
);
create index audit_subject on audit (subject, id);

-- Registered models, by an id that is a function of their bytes: a row never changes.
create table model_card (
    id               text primary key,
    name             text not null,
    onnx_digest      text not null,
    tokenizer_digest text not null
);

create table release (
    version    bigint primary key,
    digest     text        not null unique,
    channel    text        not null,
    request_id text unique,
    features   text        not null,
    supersedes text,
    manifest   bytea       not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);

create table channel (
    name      text primary key,
    version   bigint      not null references release,
    digest    text        not null,
    pointer   bytea       not null,
    issued_at timestamptz not null
);

create table sighting (
    id            bigint generated always as identity primary key,
    at            timestamptz not null,
    monitor       text        not null,
    release       text        not null references release (digest),
    sessions      bigint      not null,
    fires         bigint      not null,
    fires_by_rule text        not null
);
create index sighting_release on sighting (release, id);
