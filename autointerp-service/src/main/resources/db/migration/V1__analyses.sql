-- What capture said about its jobs: first_slices is how many slices a job began with, slices how many it has by now. Of evaluation jobs only the role is kept, so that they can be refused.
create table capture_job (
    id           text    primary key,
    model        text    not null,
    model_digest text    not null,
    hooks        text[]  not null,
    role         text    not null,
    first_slices integer not null,
    slices       integer not null,
    tokenizer_digest   text,
    unembedding_key    text,
    unembedding_sha256 text,
    unembedding_bytes  bigint
);

-- Shards of learning jobs.
create table shard (
    job        text    not null,
    hook       text    not null,
    slice      integer not null,
    part       integer not null,
    parts      integer not null,
    object_key text    not null,
    sha256     text    not null,
    bytes      bigint  not null,
    primary key (job, hook, slice, part)
);

create table analysis (
    id            uuid        primary key,
    run           text        not null,
    dictionary    text        not null unique,
    object_prefix text        not null,
    model         text        not null,
    hook          text        not null,
    jobs          text[]      not null,
    slices        integer[]   not null,
    minus_jobs    text[]      not null,
    minus_hook    text,
    state         text        not null check (state in ('running', 'completed', 'failed')),
    shards_done   integer     not null default 0,
    shards_total  integer     not null default 0,
    features      integer     not null default 0,
    problem       text,
    created_at    timestamptz not null default now(),
    finished_at   timestamptz,
    epoch            bigint not null default 0,
    evidence_shards  integer,
    evidence_lineage text,
    evidence_key     text,
    evidence_sha256  text,
    evidence_bytes   bigint,
    probes           json,
    coverage         json
);

-- Slices that an analysis reads after its dictionary's own, in order.
create table analysis_addition (
    analysis    uuid    not null references analysis,
    ordinal     integer not null,
    job         text    not null,
    first_slice integer not null,
    slices      integer not null,
    primary key (analysis, ordinal)
);

-- Every evidence object that was ever begun; noted before it is written, so that none is left behind.
create table evidence_object (
    key      text   primary key,
    analysis uuid   not null references analysis,
    epoch    bigint not null
);
create index evidence_object_analysis on evidence_object (analysis);
create index analysis_run on analysis (run);
create index analysis_created on analysis (created_at, id);

-- One row for each feature of an analysed dictionary, silent ones included. The report is kept as written, so that the
-- same evidence reads back as the same bytes.
create table feature (
    uid         text    primary key,
    analysis    uuid    not null references analysis,
    dictionary  text    not null,
    index       integer not null,
    firings     bigint  not null,
    positioning text    not null,
    score       double precision,
    auroc       double precision,
    q           double precision,
    summary     json    not null,
    report      json    not null,
    examples_key text   not null,
    material_key text   not null,
    unique (dictionary, index)
);
create index feature_analysis on feature (analysis);

-- Windows of text that are captured again at other positions: from the evidence comes a plan, from it transcripts, from
-- them a capture job, from its shards findings.
create table shift_test (
    id          uuid        primary key,
    analysis    uuid        not null references analysis,
    features    integer[]   not null,
    state       text        not null check (state in ('waiting', 'capturing', 'completed', 'failed')),
    plan        json,
    job         text,
    documents   integer     not null default 0,
    problem     text,
    created_at  timestamptz not null default now(),
    finished_at timestamptz
);
create index shift_test_open on shift_test (created_at) where state in ('waiting', 'capturing');

-- What the last shift test of a feature found; the feature's own row is replaced when its analysis runs again.
create table shift_finding (
    dictionary text    not null,
    index      integer not null,
    body       json    not null,
    primary key (dictionary, index)
);

-- Searches for inputs that make silent features fire: search is what the round goes on from, its candidates included.
create table elicitation (
    id            uuid        primary key,
    analysis      uuid        not null references analysis,
    features      integer[]   not null,
    budget_tokens bigint      not null,
    budget_rounds integer     not null,
    seed          bigint      not null,
    state         text        not null check (state in ('waiting', 'searching', 'completed', 'failed')),
    round         integer     not null default 0,
    job           text,
    search        json,
    progress      json        not null default '[]',
    problem       text,
    created_at    timestamptz not null default now(),
    finished_at   timestamptz
);
create index elicitation_open on elicitation (created_at) where state in ('waiting', 'searching');

-- Capture jobs of searches, whose rows no analysis reads.
create table elicitation_job (
    job text primary key
);

create table elicited_finding (
    dictionary text    not null,
    index      integer not null,
    body       json    not null,
    primary key (dictionary, index)
);

-- Work that asks language models at one endpoint. What is set aside before a question counts as spent when nothing is
-- heard of it again.
create table chat_work (
    id              uuid             primary key,
    kind            text             not null,
    endpoint        json             not null,
    state           text             not null check (state in ('running', 'stopped', 'completed', 'cancelled')),
    problem         text,
    delays          integer          not null default 0,
    next_at         timestamptz      not null default now(),
    budget_tokens   bigint           not null,
    budget_money    double precision,
    prompt_price    double precision,
    answer_price    double precision,
    prompt_tokens   bigint           not null default 0,
    answer_tokens   bigint           not null default 0,
    money           double precision not null default 0,
    reserved_tokens bigint           not null default 0,
    reserved_money  double precision not null default 0,
    questions       integer          not null default 0,
    created_at      timestamptz      not null default now(),
    finished_at     timestamptz
);
create index chat_work_due on chat_work (next_at) where state = 'running';
create index chat_work_created on chat_work (kind, created_at, id);

create table chat_task (
    work     uuid        not null references chat_work,
    number   integer     not null,
    state    text        not null default 'pending' check (state in ('pending', 'done', 'refused')),
    attempts integer     not null default 0,
    next_at  timestamptz not null default now(),
    problem  text,
    primary key (work, number)
);
create index chat_task_pending on chat_task (work, number) where state = 'pending';

-- Answers by the hash of everything that was sent, shared by all work.
create table chat_answer (
    question    text        primary key,
    answer      json        not null,
    answered_at timestamptz not null default now()
);

create table explanation_order (
    work       uuid   primary key references chat_work,
    dictionary text   not null,
    scorers    text[] not null
);

-- What a language model said about one feature; the feature's own row is replaced when its analysis runs again.
create table explanation (
    work          uuid    not null references explanation_order,
    number        integer not null,
    feature       text    not null,
    index         integer not null,
    label         text,
    adopted       boolean not null default false,
    borrowed_from text,
    scores        json,
    problem       text,
    explained_at  timestamptz,
    primary key (work, number)
);
create index explanation_index on explanation (work, index);
create index explanation_feature on explanation (feature);

-- A question about transcripts, judged by models and corrected by people.
create table judging (
    id         uuid        primary key,
    name       text        not null,
    question   text        not null,
    seed       bigint      not null,
    created_at timestamptz not null default now()
);
create index judging_created on judging (created_at, id);

create table judge (
    judging  uuid    not null references judging,
    position integer not null,
    name     text    not null,
    work     uuid    references chat_work,
    primary key (judging, position)
);
create unique index judge_work on judge (work);

create table judged_item (
    judging uuid             not null references judging,
    number  integer          not null,
    arm     text             not null,
    id      text             not null,
    token   text             not null,
    spans   json             not null,
    draw    double precision not null check (draw > 0 and draw <= 1),
    twice   boolean          not null,
    primary key (judging, number),
    unique (judging, token)
);

create table verdict (
    judging uuid    not null,
    item    integer not null,
    judge   integer not null,
    verdict text    not null check (verdict in ('yes', 'no', 'unreadable')),
    primary key (judging, item, judge),
    foreign key (judging, item) references judged_item
);

-- Never changed, so that nobody's second thoughts follow what a judge said.
create table human_label (
    judging  uuid        not null,
    item     integer     not null,
    labeller text        not null,
    label    text        not null check (label in ('yes', 'no', 'unsure')),
    at       timestamptz not null default clock_timestamp(),
    primary key (judging, item, labeller),
    foreign key (judging, item) references judged_item
);

-- Trials of inference-time intervention: progress is what the next turn, a capture job each, goes on from.
create table inference_time_intervention (
    id          uuid        primary key,
    body        json        not null,
    state       text        not null,
    turn        integer     not null default 0,
    job         text,
    progress    json        not null,
    problem     text,
    created_at  timestamptz not null default now(),
    finished_at timestamptz
);
create index inference_time_intervention_open on inference_time_intervention (created_at)
    where state not in ('completed', 'failed');
