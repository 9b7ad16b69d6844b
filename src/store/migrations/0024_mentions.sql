-- Whom a message calls, as JSON: what stands behind each @, and who that is; NULL: nobody.
ALTER TABLE messages ADD COLUMN mentions TEXT;

-- The same, by whom: what somebody looks for who asks where they were called. user 0: all who are in the room.
CREATE TABLE mentions (
    user INTEGER NOT NULL,
    room INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (user, room, message)
) STRICT, WITHOUT ROWID;

-- Messages that anybody has reacted to, by room.
CREATE TABLE reacted (
    room INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (room, message)
) STRICT, WITHOUT ROWID;

INSERT INTO reacted
SELECT room, message FROM reactions JOIN messages ON messages.id = message WHERE who <> '[]';
