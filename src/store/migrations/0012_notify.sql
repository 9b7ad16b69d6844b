-- What a member wants to be notified of in a room: 'all', 'mine' or 'none'; none where they have not chosen.
ALTER TABLE members ADD COLUMN notify TEXT;
