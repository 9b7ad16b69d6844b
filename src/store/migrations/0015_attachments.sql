-- What messages bring beside words, as JSON: for each its blob and what it is (src/proto/attachment.rs); none where there
-- are none.
ALTER TABLE messages ADD COLUMN attachments TEXT;

-- Uploads that are complete and not sent. bytes: as they are kept; length: as they came. file: what has become of it
-- (BlobFile), as JSON.
CREATE TABLE uploads (
    id BLOB PRIMARY KEY,
    user INTEGER NOT NULL,
    blob BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    length INTEGER NOT NULL,
    file TEXT NOT NULL,
    completed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_by_user ON uploads (user);
CREATE INDEX uploads_by_blob ON uploads (blob);
CREATE INDEX uploads_by_time ON uploads (completed_at);

-- Which messages need a blob.
CREATE TABLE blob_messages (
    blob BLOB NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (blob, message)
) STRICT, WITHOUT ROWID;

-- Which messages of a room bring pictures (and films), sounds, other files: src/proto/attachment.rs, Gallery.
CREATE TABLE galleries (
    room INTEGER NOT NULL,
    gallery TEXT NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (room, gallery, message)
) STRICT, WITHOUT ROWID;

-- Blobs that nothing needed when this was noted: their files are to go, unless something needs them again.
CREATE TABLE freed_blobs (
    blob BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Bytes of what each person has sent and not deleted.
CREATE TABLE stored_bytes (
    user INTEGER PRIMARY KEY,
    bytes INTEGER NOT NULL
) STRICT;
