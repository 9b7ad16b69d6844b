-- The runs of the box that made this history, in order, each with the newest event when it began.
CREATE TABLE epochs (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    after INTEGER NOT NULL
) STRICT;
