-- Who has heard a voice message, its author aside. They go with the message.
CREATE TABLE heard_marks (
    message INTEGER NOT NULL,
    user INTEGER NOT NULL,
    PRIMARY KEY (message, user)
) STRICT, WITHOUT ROWID;
