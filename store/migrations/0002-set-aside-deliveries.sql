-- What nobody could read is counted and shown on every status page; bodies must not be scanned for it.
create index delivery_set_aside on delivery (id) where state <> 'accepted';
