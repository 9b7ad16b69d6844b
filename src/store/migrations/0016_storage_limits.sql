-- How many bytes files may have: one, all of a person (0: no limit), all of the box (0: what the disk has).
ALTER TABLE settings ADD COLUMN file_bytes_max INTEGER NOT NULL DEFAULT 2147483648;
ALTER TABLE settings ADD COLUMN person_bytes_max INTEGER NOT NULL DEFAULT 0;
ALTER TABLE settings ADD COLUMN all_bytes_max INTEGER NOT NULL DEFAULT 0;
