-- A page is due, begun, sent (handed to a channel), delivered (a channel took it) and acknowledged.
alter table page add column delivered_at timestamptz, add column acknowledged_at timestamptz, add column acknowledged_by text;
update page set delivered_at = sent_at where state = 'sent';

-- One notice to one recipient by one of its channels: how far it came. A page's key is the page's id.
create table notice (
  key text not null,
  recipient text not null,
  channel text not null,
  channel_kind text not null,
  -- The mailbox or chat; empty where the channel is the address.
  address text not null default '',
  kind text not null check (kind in ('page', 'news', 'test')),
  incident text references incident,
  content jsonb not null,
  state text not null check (state in ('waiting', 'accepted', 'failed', 'rejected')),
  attempts integer not null default 0,
  problem text,
  -- The service's own id of the message.
  answer_id text,
  -- The message it went out in together with others.
  roll_up text,
  -- The service asked not to be tried again before.
  not_before timestamptz,
  begun_at timestamptz not null,
  accepted_at timestamptz,
  -- There was no token for it at once: it goes with all others of which that is so.
  has_waited boolean not null default false,
  -- Whoever waits for its turn says so again and again; without a sign of life it is left to its next try.
  seen_at timestamptz,
  -- Somebody is sending it until then.
  taken_until timestamptz,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (key, recipient, channel)
);
create index notice_waiting on notice (channel, address) where state = 'waiting';
create index notice_undelivered on notice (begun_at) where state <> 'accepted';
create index notice_by_incident on notice (incident, channel_kind);

-- How much may go out on a channel now; the row's lock makes all processes take turns.
create table channel_pace (
  channel text primary key,
  tokens double precision not null,
  counted_at timestamptz not null
);

-- What happened to an incident that somebody may want to hear of; written in the transaction in which it happened.
create table news (
  id bigint generated always as identity primary key,
  incident text not null references incident,
  event text not null check (event in ('opened', 'severity', 'acknowledged', 'resolved')),
  body jsonb not null,
  at timestamptz not null,
  -- Who is told has been decided; null while it waits for that.
  addressed_at timestamptz,
  recorded_at timestamptz not null default clock_timestamp()
);
create index news_waiting on news (id) where addressed_at is null;
create index news_by_incident on news (incident, id);

-- One message to one stakeholder about one thing, or a test of one contact's channel; whoever sends it locks the row.
create table telling (
  key text primary key,
  kind text not null check (kind in ('news', 'test')),
  -- A stakeholder, or a contact.
  recipient text not null,
  -- Of a test: the one channel that is tried.
  channel text,
  incident text references incident,
  content jsonb not null,
  state text not null default 'waiting' check (state in ('waiting', 'told', 'failed')),
  attempts integer not null default 0,
  next_at timestamptz not null,
  problem text,
  ended_at timestamptz,
  recorded_at timestamptz not null default clock_timestamp()
);
create index telling_waiting on telling (next_at) where state = 'waiting';
create index telling_failed on telling (ended_at) where state = 'failed';
