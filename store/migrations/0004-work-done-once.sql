-- An activity whose answer was lost runs again; what it wrote the first time stands and is not written twice.
create table work_done (
  key text primary key,
  recorded_at timestamptz not null default clock_timestamp()
);
