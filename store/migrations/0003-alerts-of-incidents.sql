-- An alert's own row belongs to its newest incident. What an incident saw of its alerts stays with it here, also after the
-- same alert has opened the next one; a trigger keeps it, so that no writer of alerts can forget to.
create table incident_alert (
  incident text not null references incident,
  alert_key text not null,
  name text not null,
  labels jsonb not null,
  annotations jsonb not null,
  status text not null,
  starts_at timestamptz not null,
  ends_at timestamptz,
  last_seen_at timestamptz not null,
  -- Reports of the alert while it belonged to this incident.
  events bigint not null,
  primary key (incident, alert_key)
);

create function keep_incident_alert() returns trigger language plpgsql as $$
declare
  reports bigint := new.events - case when tg_op = 'UPDATE' then old.events else 0 end;
begin
  if new.incident is null then return new; end if;
  insert into incident_alert as kept values (new.incident, new.alert_key, new.name, new.labels, new.annotations, new.status,
    new.starts_at, new.ends_at, new.last_seen_at, reports)
  on conflict (incident, alert_key) do update set name = excluded.name, labels = excluded.labels,
    annotations = excluded.annotations, status = excluded.status, starts_at = excluded.starts_at,
    ends_at = excluded.ends_at, last_seen_at = excluded.last_seen_at, events = kept.events + excluded.events;
  return new;
end $$;

create trigger alert_kept_by_incident after insert or update on alert for each row execute function keep_incident_alert();
