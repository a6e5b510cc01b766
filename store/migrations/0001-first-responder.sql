-- The record of Paramedic. Times named *_at are domain times handed in by the caller; recorded_at is the wall clock.

-- Intake ------------------------------------------------------------------------------------------------------------
create table delivery (
  id bigint generated always as identity primary key,
  source text not null,
  source_kind text not null,
  state text not null check (state in ('accepted', 'rejected', 'quarantined')),
  body bytea not null,
  body_sha256 bytea not null,
  alert_count integer not null default 0,
  truncated_alerts integer not null default 0,
  problem text,
  received_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp()
);

-- One row a dedup key; the relay locks it, so that one key has one worker and its events keep their order.
create table correlation (dedup_key text primary key);

create table alert_event (
  id bigint generated always as identity primary key,
  delivery_id bigint not null references delivery,
  source text not null,
  dedup_key text not null,
  alert_key text not null,
  status text not null check (status in ('firing', 'resolved')),
  name text not null,
  labels jsonb not null,
  annotations jsonb not null,
  starts_at timestamptz not null,
  ends_at timestamptz,
  received_at timestamptz not null,
  attempts integer not null default 0,
  outcome text,
  problem text,
  processed_at timestamptz
);
create index alert_event_waiting on alert_event (dedup_key, id) where outcome is null;
create index alert_event_set_aside on alert_event (id) where outcome = 'quarantined';

create table alert (
  alert_key text primary key,
  source text not null,
  dedup_key text not null,
  name text not null,
  labels jsonb not null,
  annotations jsonb not null,
  status text not null check (status in ('firing', 'resolved')),
  starts_at timestamptz not null,
  ends_at timestamptz,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  -- Every event of this alert ever applied, transitions and repeats alike.
  events bigint not null default 0,
  unconfirmed_since timestamptz,
  muted_until timestamptz,
  incident text
);
create index alert_by_incident on alert (incident);
create index alert_unconfirmed on alert (unconfirmed_since) where unconfirmed_since is not null;

-- Incidents ---------------------------------------------------------------------------------------------------------
create table runbook_version (
  hash text primary key,
  name text not null,
  normalised jsonb not null,
  source_text text not null,
  recorded_at timestamptz not null default clock_timestamp()
);

create table incident_day (day date primary key, last integer not null);

create table incident (
  number text primary key,
  dedup_key text not null,
  title text not null,
  system text not null,
  environment text not null,
  phase text not null check (phase in ('detection', 'triage', 'mitigation', 'verification', 'post-mortem', 'closed')),
  severity text not null check (severity in ('SEV1', 'SEV2', 'SEV3', 'SEV4')),
  severity_label text,
  severity_by text,
  impact text not null check (impact in ('yes', 'no', 'unknown')),
  impact_by text,
  owner text not null,
  runbook_name text not null,
  runbook_hash text not null references runbook_version,
  bindings jsonb not null,
  alert jsonb not null,
  linked_to text references incident,
  opened_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  first_acknowledged_at timestamptz,
  -- Rises when an alert that the acknowledgement did not cover starts to fire.
  ack_epoch integer not null default 0,
  recovered_at timestamptz,
  closed_at timestamptz,
  outcome text check (outcome in ('recovered', 'resolved-by-person', 'cancelled')),
  end_requested text check (end_requested in ('resolve', 'cancel')),
  end_requested_by text,
  end_reason text,
  -- The newest alert transition that belongs to this incident.
  last_transition bigint not null default 0,
  postmortem_due_at timestamptz,
  workflow_started_at timestamptz
);
create unique index incident_open_dedup_key on incident (dedup_key)
  where phase in ('detection', 'triage', 'mitigation', 'verification');
create index incident_by_opening on incident (opened_at desc, number desc);
create index incident_not_started on incident (number) where workflow_started_at is null;

-- What the relay hands to a workflow: the workflow reads the row it was told of.
create table message (
  id bigint generated always as identity primary key,
  incident text not null references incident,
  kind text not null,
  body jsonb not null,
  at timestamptz not null,
  attempts integer not null default 0,
  problem text,
  delivered_at timestamptz,
  recorded_at timestamptz not null default clock_timestamp()
);
create index message_waiting on message (incident, id) where delivered_at is null;

-- The ladder --------------------------------------------------------------------------------------------------------
create table measurement (
  id bigint generated always as identity primary key,
  incident text not null references incident,
  purpose text not null,
  checks jsonb not null,
  holds boolean,
  problem text,
  measured_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp()
);
create index measurement_by_incident on measurement (incident, id);

create table plan (
  id text primary key,
  incident text not null references incident,
  step text not null,
  attempt integer not null,
  plan jsonb not null,
  plan_hash text not null,
  preview jsonb not null,
  preview_hash text not null,
  gated boolean not null,
  planned_at timestamptz not null,
  unique (incident, step, attempt)
);

create table gate (
  id text primary key,
  incident text not null references incident,
  kind text not null check (kind in ('approval', 'outcome')),
  step text not null,
  attempt integer not null,
  plan_hash text,
  question text not null,
  approvers text[] not null,
  quorum integer not null check (quorum >= 1),
  state text not null default 'open' check (state in ('open', 'approved', 'denied', 'expired', 'withdrawn')),
  answer text check (answer in ('done', 'not-done')),
  opened_at timestamptz not null,
  expires_at timestamptz,
  decided_at timestamptz,
  decided_by text,
  -- An approval is used once.
  consumed_at timestamptz
);
create index gate_open on gate (incident) where state = 'open';

create table vote (
  gate_id text not null references gate,
  principal text not null,
  verdict text not null check (verdict in ('approve', 'deny')),
  reason text,
  at timestamptz not null,
  primary key (gate_id, principal)
);

create table claim (
  incident text not null references incident,
  step text not null,
  attempt integer not null,
  action text not null,
  target text not null,
  plan_hash text not null,
  worker text not null,
  claimed_at timestamptz not null,
  claimed_wall_at timestamptz not null default clock_timestamp(),
  deadline timestamptz not null,
  -- Null while it runs. 'abandoned' is a tombstone: no effect happened and none may happen under this key.
  outcome text check (outcome in ('succeeded', 'failed', 'unknown', 'abandoned')),
  evidence jsonb,
  settled_at timestamptz,
  settled_by text,
  primary key (incident, step, attempt)
);

-- One row; a claim shares its lock, a freeze takes it: after a freeze is committed no claim can be.
create table freeze_state (
  singleton boolean primary key default true check (singleton),
  is_on boolean not null default false,
  changed_at timestamptz,
  changed_by text,
  reason text
);
insert into freeze_state default values;

-- Escalation --------------------------------------------------------------------------------------------------------
create table page (
  id text primary key,
  incident text not null references incident,
  epoch integer not null,
  level integer not null,
  functions text[] not null,
  state text not null check (state in ('sending', 'sent', 'failed', 'suppressed')),
  because text,
  due_at timestamptz not null,
  begun_at timestamptz not null,
  sent_at timestamptz,
  lateness_ms bigint,
  channels jsonb
);
create index page_by_incident on page (incident);

-- Proof -------------------------------------------------------------------------------------------------------------
create table history_archive (
  incident text not null references incident,
  run_id text not null,
  history_gzip bytea not null,
  sha256 text not null,
  events integer not null,
  archived_at timestamptz not null,
  primary key (incident, run_id)
);

create table audit_entry (
  seq bigint primary key,
  incident text,
  content text not null,
  recorded_at timestamptz not null,
  prev_hash text not null,
  hash text not null unique
);
create index audit_entry_by_incident on audit_entry (incident, seq);

create table audit_head (
  singleton boolean primary key default true check (singleton),
  seq bigint not null,
  hash text not null
);
insert into audit_head (seq, hash) values (0, repeat('0', 64));

-- hash = SHA-256( "paramedic/audit/v1" LF seq LF recorded_at LF prev_hash LF content ), recorded_at as in the column, UTC.
-- Not a sequence: a rolled-back transaction must leave no gap that looks like a deletion.
create function audit_append(incident_number text, entry_content text) returns table (seq bigint, hash text, recorded_at timestamptz)
language plpgsql as $$
declare
  head audit_head%rowtype;
  now_at timestamptz := date_trunc('milliseconds', clock_timestamp());
  next_hash text;
begin
  select * into strict head from audit_head for update;
  next_hash := encode(sha256(convert_to(concat_ws(E'\n', 'paramedic/audit/v1', head.seq + 1,
    to_char(now_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), head.hash, entry_content), 'UTF8')), 'hex');
  insert into audit_entry values (head.seq + 1, incident_number, entry_content, now_at, head.hash, next_hash);
  update audit_head h set seq = head.seq + 1, hash = next_hash;
  return query select head.seq + 1, next_hash, now_at;
end $$;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only: % on % refused', tg_op, tg_table_name;
end $$;

create trigger audit_entry_append_only before update or delete on audit_entry for each row execute function refuse_change();
create trigger audit_entry_no_truncate before truncate on audit_entry for each statement execute function refuse_change();
create trigger history_archive_append_only before update or delete on history_archive for each row execute function refuse_change();
create trigger history_archive_no_truncate before truncate on history_archive for each statement execute function refuse_change();
-- ALWAYS: session_replication_role = replica must not skip them.
alter table audit_entry enable always trigger audit_entry_append_only;
alter table audit_entry enable always trigger audit_entry_no_truncate;
alter table history_archive enable always trigger history_archive_append_only;
alter table history_archive enable always trigger history_archive_no_truncate;
