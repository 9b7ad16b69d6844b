-- What people have put to a message: who, by emoji in the order in which each was first, as JSON; rev: the newest event that
-- changed it. Beside the messages, so that none of them moves with each.
CREATE TABLE reactions (
    message INTEGER PRIMARY KEY,
    rev INTEGER NOT NULL,
    who TEXT NOT NULL
) STRICT;

-- Of a reply, as JSON: the message it replies to, the one with which the chain of replies began, and which reply of that
-- chain this is. Of what they say no word is here.
ALTER TABLE messages ADD COLUMN reply TEXT;

-- The replies of each chain.
CREATE TABLE chains (
    chain INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (chain, message)
) STRICT, WITHOUT ROWID;
