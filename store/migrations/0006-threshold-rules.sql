-- Limits of a target count its claims inside a window.
create index claim_by_target on claim (target, claimed_at);
