-- Whether a person tells others how far they have read, and is told of others.
ALTER TABLE users ADD COLUMN receipts INTEGER NOT NULL DEFAULT 1;
-- The newest message of the room when a member came in: what was said before was not said to them. 0 for those who had come
-- in before this was kept.
ALTER TABLE members ADD COLUMN joined_n INTEGER NOT NULL DEFAULT 0;
