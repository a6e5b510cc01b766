-- Whoever follows an incident live is woken by the commit of its entries; what they read, they read from the table.
create function tell_audit_entry() returns trigger language plpgsql as $$
begin
  perform pg_notify('paramedic_entries', coalesce(new.incident, ''));
  return null;
end $$;

create trigger audit_entry_told after insert on audit_entry for each row execute function tell_audit_entry();
