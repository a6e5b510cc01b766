-- Which runbooks new incidents are opened with. Empty until a worker of this version starts and puts those of its folder in force.
create table runbook_in_force (
  name text primary key,
  hash text not null references runbook_version,
  -- Below the folder it came from.
  file text not null,
  -- As it was written last: the version keeps the text it was first known by, and comments are no part of it.
  source_text text not null,
  since timestamptz not null,
  way text not null check (way in ('start', 'sync')),
  -- A principal, or 'paramedic' at a start.
  changed_by text not null
);

-- One row; whoever changes what is in force holds its lock.
create table runbook_registry (
  singleton boolean primary key default true check (singleton),
  -- Of every name and hash in force: the same digest is the same set, whatever happened between.
  digest text not null default '',
  -- What the folder said that a start put in force last: an unchanged one undoes nothing that came by a sync.
  folder text not null default '',
  changed_at timestamptz
);
insert into runbook_registry default values;

-- Who put which version in force when, and who took it out.
create table runbook_change (
  id bigint generated always as identity primary key,
  name text not null,
  change text not null check (change in ('new', 'changed', 'rewritten', 'removed')),
  hash text references runbook_version,
  before_hash text references runbook_version,
  file text,
  at timestamptz not null,
  way text not null check (way in ('start', 'sync')),
  changed_by text not null,
  recorded_at timestamptz not null default clock_timestamp()
);
create index runbook_change_by_name on runbook_change (name, id);
create trigger runbook_change_append_only before update or delete on runbook_change for each row execute function refuse_change();
create trigger runbook_change_no_truncate before truncate on runbook_change for each statement execute function refuse_change();
alter table runbook_change enable always trigger runbook_change_append_only;
alter table runbook_change enable always trigger runbook_change_no_truncate;
create index runbook_version_by_name on runbook_version (name);

-- Files that the last start or sync held back.
create table runbook_fault (
  file text primary key,
  faults integer not null,
  -- As the linter tells them, with line and column.
  told text not null,
  -- What is in force meanwhile, by name; null when there is no good version of it.
  keeps text,
  since timestamptz not null,
  way text not null check (way in ('start', 'sync')),
  changed_by text not null
);
