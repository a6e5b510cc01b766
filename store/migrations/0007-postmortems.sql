-- One post-mortem an incident. People write versions of it; what happened is not kept here but folded from the audit entries.
create table postmortem (
  incident text primary key references incident,
  state text not null default 'draft' check (state in ('draft', 'reviewed', 'published')),
  -- The newest version.
  version integer not null,
  due_at timestamptz,
  drafted_at timestamptz not null,
  -- Of the newest version; a newer one is not reviewed yet.
  reviewed_at timestamptz,
  reviewed_by text,
  -- The newest version that was published; it stays published while a newer one is written.
  published_version integer,
  published_at timestamptz,
  published_by text,
  -- The deadline asks this one: it is kept when the post-mortem is opened again.
  first_published_at timestamptz
);
create index postmortem_not_published on postmortem (incident) where state <> 'published';

create table postmortem_version (
  incident text not null references postmortem,
  version integer not null,
  content jsonb not null,
  -- SHA-256 of the canonical content; the entry of this version names it.
  content_hash text not null,
  -- Name of a principal; null for the empty draft.
  written_by text,
  written_at timestamptz not null,
  -- JSON of what was on record when this version was published; text, because jsonb cannot hold U+0000.
  facts text,
  primary key (incident, version)
);
create trigger postmortem_version_stays before update on postmortem_version for each row
  when (old.content is distinct from new.content or old.content_hash <> new.content_hash or old.facts is not null)
  execute function refuse_change();
create trigger postmortem_version_no_delete before delete on postmortem_version for each row execute function refuse_change();
create trigger postmortem_version_no_truncate before truncate on postmortem_version for each statement execute function refuse_change();

-- The action items of the newest version, and what became of them.
create table action_item (
  incident text not null references postmortem,
  item integer not null,
  text text not null,
  owner text,
  due_on date,
  done_at timestamptz,
  done_by text,
  note text,
  -- Left out of a newer version.
  dropped_at timestamptz,
  primary key (incident, item)
);
create index action_item_open on action_item (due_on, incident, item) where done_at is null and dropped_at is null;
