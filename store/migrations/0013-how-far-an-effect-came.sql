-- How many things an effect had touched at its last checkpoint; null before the first. A heartbeat says the same later: Temporal's
-- SDK holds it back for up to 0.8 of the heartbeat timeout, and what it holds dies with the worker.
alter table claim add column touched bigint;
