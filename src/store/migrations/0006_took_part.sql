-- Whether somebody has done anything in a room: made it, come by themselves, written or read. Their list begins with those,
-- and they are no measure of what others make them receive. Of before: whoever has read is taken to have.
ALTER TABLE members ADD COLUMN took_part INTEGER NOT NULL DEFAULT 0;
UPDATE members
SET took_part = read_n > 0 OR (added_by IS NULL AND room NOT IN (SELECT id FROM rooms WHERE kind = 'direct'));
