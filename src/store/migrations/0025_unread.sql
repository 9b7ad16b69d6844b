-- How often a member has set their read marker back, and the furthest that it had been when they did so last.
ALTER TABLE members ADD COLUMN set_back INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN furthest_n INTEGER NOT NULL DEFAULT 0;
