-- Which incidents were moved to another version of their runbook, and how: few are, and supervision asks it of every open one.
create index message_rebased on message (incident, id) where kind = 'rebased';
