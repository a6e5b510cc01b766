-- Rules are evaluated where their targets are reached. '' stands for every place that is no site: the workers before this
-- migration know no other.
alter table threshold_rule add column site text not null default '';
drop index threshold_rule_due;
create index threshold_rule_due on threshold_rule (site, door, due_at);

-- Each site has its own configuration in force: a worker with an old file at one site does not stop the rules of the others.
alter table rule_edition drop column singleton;
alter table rule_edition add column site text primary key default '';

-- Since when nobody polls for a site, in milliseconds since 1970 by its name.
alter table supervision_lease add column no_site_worker_since jsonb not null default '{}';
