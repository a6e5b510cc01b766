-- What a person is asked belongs to a version of the runbook: after a move to another one it is not answered any more.
alter table gate add column runbook_hash text;
-- Of an incident that was never moved it is the one it runs.
update gate set runbook_hash = incident.runbook_hash from incident
where incident.number = gate.incident and gate.state = 'open'
  and not exists (select 1 from message where message.incident = incident.number and message.kind = 'rebased');
