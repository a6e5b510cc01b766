-- Limits of a target count its claims inside a window.
create index claim_by_target on claim (target, claimed_at);

-- Threshold rules ---------------------------------------------------------------------------------------------------
-- What a rule remembers between two evaluations, and who evaluates it now. Times named due_at, leased_until and alive_until
-- are the server's own clock, which several workers share whatever their own clocks say; the others are domain times.
create table threshold_rule (
  name text primary key,
  -- Of the rule as it is configured: another hash is another rule.
  hash text not null,
  -- Target and way of measuring; each worker asks so many at once behind one door.
  door text not null,
  about jsonb not null,
  every_ms bigint not null,
  phase text not null check (phase in ('inactive', 'pending', 'firing', 'cooldown')),
  since timestamptz not null,
  held_at timestamptz,
  clear_since timestamptz,
  reported_at timestamptz,
  -- What was last reported; kept while the alert fires.
  reported jsonb,
  samples jsonb not null default '[]',
  value double precision,
  measured_at timestamptz,
  problem_code text,
  problem text,
  problem_since timestamptz,
  due_at timestamptz not null,
  leased_until timestamptz,
  -- Rises with every lease: whoever comes home with an older one comes too late.
  lease bigint not null default 0
);
create index threshold_rule_due on threshold_rule (door, due_at);

-- Which configuration's rules are evaluated: that of the workers started last, as long as one of them lives.
create table rule_edition (
  singleton boolean primary key default true check (singleton),
  edition text not null,
  alive_until timestamptz not null
);
insert into rule_edition (edition, alive_until) values ('', '-infinity');

-- Every time an alert fired, whatever its source. The alert's own row knows only the last time; a trigger keeps these, so
-- that no writer of alerts can forget to.
create table alert_episode (
  id bigint generated always as identity primary key,
  alert_key text not null,
  source text not null,
  name text not null,
  labels jsonb not null,
  -- As they were when it fired.
  annotations jsonb not null,
  starts_at timestamptz not null,
  ends_at timestamptz,
  incident text
);
create index alert_episode_firing on alert_episode (id) where ends_at is null;
create unique index alert_episode_one_firing on alert_episode (alert_key) where ends_at is null;
create index alert_episode_by_name on alert_episode (name, id);
create index alert_episode_by_system on alert_episode ((labels ->> 'system'), id);

create function keep_alert_episode() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.status = 'firing' then
    if new.status = 'firing' and new.incident is not distinct from old.incident then return new; end if;
    -- An alert that outlives its incident goes on in the next one as an episode of its own.
    update alert_episode set ends_at = case when new.status = 'firing' then new.last_seen_at else new.ends_at end
    where alert_key = new.alert_key and ends_at is null;
  end if;
  if new.status = 'firing' then
    insert into alert_episode (alert_key, source, name, labels, annotations, starts_at, incident)
    values (new.alert_key, new.source, new.name, new.labels, new.annotations, new.starts_at, new.incident);
  end if;
  return new;
end $$;

create trigger alert_episodes_kept after insert or update on alert for each row execute function keep_alert_episode();

insert into alert_episode (alert_key, source, name, labels, annotations, starts_at, ends_at, incident)
select alert_key, source, name, labels, annotations, starts_at, case when status = 'resolved' then coalesce(ends_at, last_seen_at) end,
  incident
from alert where status = 'firing' or incident is not null order by starts_at;
