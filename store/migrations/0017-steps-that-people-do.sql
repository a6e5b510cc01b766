-- A gate may also ask whether a person has done what a runbook leaves to people.
alter table gate drop constraint gate_kind_check;
alter table gate add constraint gate_kind_check check (kind in ('approval', 'outcome', 'manual'));
