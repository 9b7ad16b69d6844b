-- What a name looks like as it is written (src/proto/user_name.rs): no two people may look the same. SQL cannot tell,
-- so it is filled by `accounts::claim_looks`, right after this. Of people who looked alike before this was checked here,
-- the one who came first holds the look, and the others keep their names without it; the second index finds them.
ALTER TABLE users ADD COLUMN name_look TEXT;
CREATE UNIQUE INDEX users_by_look ON users (name_look) WHERE name_look IS NOT NULL;
CREATE INDEX users_without_look ON users (id) WHERE name_key IS NOT NULL AND name_look IS NULL;

-- Which attempt to come in made a session, as a hash: an attempt whose answer was lost is repeated and known by it.
ALTER TABLE sessions ADD COLUMN attempt_hash BLOB;
CREATE UNIQUE INDEX sessions_by_attempt ON sessions (attempt_hash) WHERE attempt_hash IS NOT NULL;
