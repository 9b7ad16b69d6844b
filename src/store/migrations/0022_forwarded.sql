-- Whether its author has passed a message on from elsewhere.
ALTER TABLE messages ADD COLUMN forwarded INTEGER NOT NULL DEFAULT 0;
