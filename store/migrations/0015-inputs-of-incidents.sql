-- What the runbook of an incident was given, decided once when it opened; null where its runbook asks for nothing.
alter table incident add column inputs jsonb;
