-- Which messages each author has sent, by what the author's client called them, so that one that is sent again is known:
-- up to the one that filing names. The index of before was written with each message, at a place of its own.
CREATE TABLE sent (
    client_msg_id TEXT NOT NULL,
    author INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (client_msg_id, author)
) STRICT, WITHOUT ROWID;
INSERT INTO sent
SELECT client_msg_id, author, id FROM messages WHERE id <= (SELECT upto FROM filing) ORDER BY client_msg_id, author;
-- Nobody's words are in it: it need not be overwritten, which would be all of it once more in one transaction.
PRAGMA secure_delete = OFF;
DROP INDEX messages_once;
PRAGMA secure_delete = ON;
