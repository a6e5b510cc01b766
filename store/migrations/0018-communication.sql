-- What a runbook has people told, beside what stakeholders hear.
alter table news drop constraint news_event_check;
alter table news add constraint news_event_check check (event in
  ('opened', 'severity', 'impact', 'acknowledged', 'mitigated', 'recovery-lost', 'resolved', 'update'));
-- A workflow that is set back decides about it again.
create unique index news_update_once on news (incident, (body -> 'update' ->> 'dueAtMs')) where event = 'update';
