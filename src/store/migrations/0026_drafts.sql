-- What somebody has begun to write in a room and not sent: goes with the membership.
CREATE TABLE drafts (
    user INTEGER NOT NULL,
    room INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (user, room)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drafts_go_with_members AFTER DELETE ON members BEGIN
    DELETE FROM drafts WHERE user = OLD.user AND room = OLD.room;
END;
