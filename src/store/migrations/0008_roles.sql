-- What somebody is, on the box ('guest', 'member', 'owner') and in a room ('member', 'owner'), and what one becomes by an
-- invite ('guest', 'member'): by its name, where there were booleans that could contradict each other.
ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
UPDATE users SET role = iif(guest, 'guest', 'owner') WHERE guest OR owner;
ALTER TABLE users DROP COLUMN guest;
ALTER TABLE users DROP COLUMN owner;

ALTER TABLE members ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
UPDATE members SET role = 'owner' WHERE owner;
ALTER TABLE members DROP COLUMN owner;

ALTER TABLE invites ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
UPDATE invites SET role = 'guest' WHERE guest;
ALTER TABLE invites DROP COLUMN guest;
