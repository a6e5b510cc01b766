-- Two rules can be due at one time and be told apart: one that paused for a recovery comes when that is lost, after the other has been told.
-- Of a worker before this one an update names no rules.
drop index news_update_once;
create unique index news_update_once on news
  (incident, (body -> 'update' ->> 'dueAtMs'), coalesce(body -> 'update' -> 'rules', '[]')) where event = 'update';
-- Who heard of one thing is asked for the next one.
create index telling_by_incident on telling (incident);
