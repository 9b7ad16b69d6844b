-- When the text of a message was changed last; none where it never was.
ALTER TABLE messages ADD COLUMN edited_at INTEGER;
