-- Runs of runbooks that have a schedule.
alter table incident
  -- When a routine was due, and until when it may begin steps; null of an incident that an alert opened.
  add column routine_due_at timestamptz,
  add column routine_closes_at timestamptz,
  -- Since when a routine needs people: its escalation counts from then.
  add column needs_people_at timestamptz,
  add constraint incident_routine_closes check ((routine_due_at is null) = (routine_closes_at is null));

-- What became of each time of a routine. Whoever adds the row opens its incident in the same transaction, or says why not.
create table routine_run (
  runbook text not null,
  due_at timestamptz not null,
  runbook_hash text not null references runbook_version,
  state text not null check (state in ('opened', 'missed')),
  incident text references incident,
  -- Of one that was missed.
  because text,
  -- A person who started it by hand.
  started_by text,
  decided_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (runbook, due_at),
  check ((state = 'opened') = (incident is not null)),
  check ((state = 'missed') = (because is not null))
);
create trigger routine_run_append_only before update or delete on routine_run for each row execute function refuse_change();
create trigger routine_run_no_truncate before truncate on routine_run for each statement execute function refuse_change();
alter table routine_run enable always trigger routine_run_append_only;
alter table routine_run enable always trigger routine_run_no_truncate;

alter table news drop constraint news_event_check;
alter table news add constraint news_event_check check (event in
  ('opened', 'needs-people', 'severity', 'impact', 'acknowledged', 'mitigated', 'recovery-lost', 'resolved', 'update'));
