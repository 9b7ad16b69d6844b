-- Which of the first steps the owner has done, by name, with spaces between. A box that has people in it is past them all.
ALTER TABLE settings ADD COLUMN steps_done TEXT NOT NULL DEFAULT '';
UPDATE settings SET steps_done = 'devices invite poster room' WHERE EXISTS (SELECT 1 FROM users);
