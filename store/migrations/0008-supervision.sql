-- Supervision of Paramedic itself: one process looks at a time, and what it finds outlives it.

-- One row. The lease runs by the clock of the database, because the clocks of two processes may disagree.
create table supervision_lease (
  singleton boolean primary key default true check (singleton),
  holder text,
  expires_at timestamptz,
  last_look_at timestamptz,
  -- Since when without a break; a process that takes over must not begin to count anew.
  temporal_silent_since timestamptz,
  no_worker_since timestamptz
);
insert into supervision_lease default values;

create table supervision_finding (
  id bigint generated always as identity primary key,
  key text not null,
  kind text not null,
  subject text not null,
  incident text,
  since timestamptz not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  -- Seen in a second look; before that it may be nothing, and nobody is told.
  confirmed_at timestamptz,
  -- Not seen in the last look; it is over when the next one does not see it either.
  missed_at timestamptz,
  paged_at timestamptz,
  ended_at timestamptz,
  over_said_at timestamptz
);
create unique index supervision_finding_now on supervision_finding (key) where ended_at is null;
create index supervision_finding_to_say on supervision_finding (id) where paged_at is not null and over_said_at is null;
create index supervision_finding_paged on supervision_finding (paged_at);
