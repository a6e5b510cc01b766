-- The workflow's last decision about severity or impact that this row has taken, as the workflow counts its decisions. A
-- person's message says which it was, so row and workflow agree on who came after whom.
alter table incident add column judged integer not null default 0;
