-- A feature's parts come on three topics in any order: whichever is first makes the row, the others fill it in. Each
-- part keeps the time it was stated at, so that an older statement never overwrites a newer one. What a feature appeared as
-- stays when a later dictionary retires it.
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
    generation        integer not null default 1,
    appeared_as       text,
    earlier           text,
    cosine            double precision,
    agreement         double precision,
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
create index feature_discovered_at on feature (discovered_at desc);
create index feature_earlier on feature (earlier) where earlier is not null;

-- Dictionaries that no longer have a feature of one before them.
create table retirement (
    feature_uid text        not null references feature,
    successor   text        not null,
    cosine      double precision,
    agreement   double precision,
    stated_at   timestamptz not null,
    primary key (feature_uid, successor)
);

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

-- Proposals, one a round, of which the last counts. Evidence is what it was proposed on, and does not change with later
-- events; readings are what people had read when it was approved.
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
    requirements text       not null,
    readings    text        not null,
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

-- Who did what, when and why; only ever added to. Entry n + 1 holds the digest of entry n.
create table audit (
    id       bigint primary key,
    at       timestamptz not null,
    who      text        not null,
    action   text        not null,
    subject  text        not null,
    why      text        not null,
    before   text,
    after    text,
    previous text        not null,
    digest   text        not null unique
);
create function audit_is_only_added_to() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is only ever added to';
end
$$;
create trigger audit_rows_stay before update or delete on audit
    for each row execute function audit_is_only_added_to();
create trigger audit_stays before truncate on audit
    for each statement execute function audit_is_only_added_to();
create index audit_subject on audit (subject, id);

-- Registered models, by an id that is a function of their bytes: a row never changes.
create table model_card (
    id                      text primary key,
    name                    text not null,
    onnx_digest             text not null,
    tokenizer_digest        text not null,
    data_digest             text,
    tokenizer_config_digest text
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
    fires_by_rule text        not null,
    fires_by_feature text,
    setting       text
);
create index sighting_release on sighting (release, id);

-- What deployment has shown of a feature in a model under one threshold, level and label: all of it, and the window that
-- the tests look at now.
create table exposure (
    id                   bigint generated always as identity primary key,
    feature_uid          text             not null,
    model                text             not null,
    terms_digest         text             not null,
    terms                text             not null,
    since                timestamptz      not null,
    sessions             bigint           not null default 0,
    fires                bigint           not null default 0,
    window_sessions      bigint           not null default 0,
    window_fires         bigint           not null default 0,
    log_likelihood_ratio double precision not null default 0,
    failed               text check (failed in ('fixed', 'anytime')),
    unique (feature_uid, model, terms_digest)
);

-- API keys of monitors, by digest.
create table api_key (
    prefix     text        primary key,
    name       text        not null,
    digest     text        not null,
    created_by text        not null,
    created_at timestamptz not null,
    revoked_by text,
    revoked_at timestamptz
);

-- Sessions on which a monitor fired. The snapshot is one object, written before its row and never changed.
create table incident (
    number     bigint generated always as identity,
    id         text        primary key,
    at         timestamptz not null,
    state      text        not null check (state in ('open', 'replayed', 'differs')),
    monitor    text        not null,
    release    text        not null references release (digest),
    session    text,
    rules      text        not null,
    evaluated  text        not null,
    tokens     integer     not null,
    width      integer     not null,
    replayable boolean     not null,
    object_key text        not null,
    sha256     text        not null,
    bytes      bigint      not null,
    job        text,
    attempts   integer     not null default 0,
    problem    text,
    replay     text
);
create unique index incident_number on incident (number);
create index incident_waiting on incident (number) where state = 'open' and replayable and problem is null;

-- Arms of studies that were made of incidents.
create table incident_arm (
    number      bigint generated always as identity,
    incident    text not null references incident,
    transcripts text not null,
    arm         text not null,
    primary key (incident, transcripts)
);

-- Events on their way to the webhook.
create table webhook_delivery (
    id         bigint generated always as identity primary key,
    event      text        not null,
    added_at   timestamptz not null,
    attempts   integer     not null default 0,
    due_at     timestamptz not null,
    problem    text,
    given_up   boolean     not null default false
);
create index webhook_delivery_due on webhook_delivery (due_at) where not given_up;
