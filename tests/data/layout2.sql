-- What a box of layout 2 left on its disk: porch.db as SQL. Made by a porch of that layout;
-- tests/data/layout2.json holds what it told its people. See tests/e2e/before.rs.
PRAGMA page_size = 1024;
BEGIN TRANSACTION;
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('deleted')),
    message INTEGER NOT NULL
) STRICT;
INSERT INTO "changes" VALUES(21,1,'deleted',13);
INSERT INTO "changes" VALUES(22,2,'deleted',18);
CREATE TABLE days (
    first INTEGER PRIMARY KEY,
    day INTEGER NOT NULL
) STRICT;
INSERT INTO "days" VALUES(1,20783);
CREATE TABLE filed (
    room INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (room, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE filing (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    upto INTEGER NOT NULL
) STRICT;
INSERT INTO "filing" VALUES(1,0);
CREATE TABLE invite_rooms (
    invite INTEGER NOT NULL,
    room INTEGER NOT NULL,
    PRIMARY KEY (invite, room)
) STRICT, WITHOUT ROWID;
INSERT INTO "invite_rooms" VALUES(1,2);
CREATE TABLE invites (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    guest INTEGER NOT NULL,
    once INTEGER NOT NULL,
    ends_at INTEGER,
    stay_s INTEGER,
    note TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    joined_at INTEGER
) STRICT;
INSERT INTO "invites" VALUES(1,'SsrS8fd-96oJJsAa0fxX2w',X'370D44700B793F1B1524FF55B56743874C8124A5188F961CD9E032A9BF65B284',1,0,NULL,NULL,'At the door',1795658157318,1,1795658157453);
INSERT INTO "invites" VALUES(2,'OEgv-wDlXWduWzHe3nVp6A',X'16D3B08FA21860D0B6FBA2FF17A1B84C3839A8D805711034FF93B04F7811213E',0,1,NULL,NULL,'For one',1795658157382,0,NULL);
CREATE TABLE members (
    user INTEGER NOT NULL,
    room INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    read_n INTEGER NOT NULL,
    PRIMARY KEY (user, room)
) STRICT, WITHOUT ROWID;
INSERT INTO "members" VALUES(1,1,0,1795658156616,4);
INSERT INTO "members" VALUES(1,2,1,1795658157026,4);
INSERT INTO "members" VALUES(1,3,1,1795658157076,0);
INSERT INTO "members" VALUES(1,5,0,1795658157193,0);
INSERT INTO "members" VALUES(2,1,0,1795658156743,2);
INSERT INTO "members" VALUES(2,2,0,1795658157026,0);
INSERT INTO "members" VALUES(2,3,0,1795658157076,4);
INSERT INTO "members" VALUES(2,4,1,1795658157137,1);
INSERT INTO "members" VALUES(2,5,0,1795658157193,4);
INSERT INTO "members" VALUES(3,1,0,1795658156905,0);
INSERT INTO "members" VALUES(5,2,0,1795658157453,6);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    n INTEGER NOT NULL,
    author INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    deleted_at INTEGER,
    client_msg_id TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
INSERT INTO "messages" VALUES(1,1,1,1,1795658157529,NULL,'e0','The kettle is on');
INSERT INTO "messages" VALUES(2,2,1,1,1795658157577,NULL,'k0','The kettle is on');
INSERT INTO "messages" VALUES(3,3,1,2,1795658157641,NULL,'c0','The kettle is on (closet)');
INSERT INTO "messages" VALUES(4,5,1,2,1795658157705,NULL,'d0','The kettle is on (between us)');
INSERT INTO "messages" VALUES(5,1,2,1,1795658157766,NULL,'e1','厨房里有茶');
INSERT INTO "messages" VALUES(6,2,2,1,1795658157825,NULL,'k1','厨房里有茶');
INSERT INTO "messages" VALUES(7,3,2,2,1795658157893,NULL,'c1','厨房里有茶 (closet)');
INSERT INTO "messages" VALUES(8,5,2,2,1795658157949,NULL,'d1','厨房里有茶 (between us)');
INSERT INTO "messages" VALUES(9,1,3,1,1795658158013,NULL,'e2','Straße & café');
INSERT INTO "messages" VALUES(10,2,3,1,1795658158069,NULL,'k2','Straße & café');
INSERT INTO "messages" VALUES(11,3,3,2,1795658158132,NULL,'c2','Straße & café (closet)');
INSERT INTO "messages" VALUES(12,5,3,2,1795658158189,NULL,'d2','Straße & café (between us)');
INSERT INTO "messages" VALUES(13,1,4,1,1795658158252,1795658158753,'e3','');
INSERT INTO "messages" VALUES(14,2,4,1,1795658158305,NULL,'k3','a secret that goes');
INSERT INTO "messages" VALUES(15,3,4,2,1795658158373,NULL,'c3','a secret that goes (closet)');
INSERT INTO "messages" VALUES(16,5,4,2,1795658158437,NULL,'d3','a secret that goes (between us)');
INSERT INTO "messages" VALUES(17,2,5,5,1795658158505,NULL,'z1','Zoe was here with a kettle');
INSERT INTO "messages" VALUES(18,2,6,5,1795658158559,1795658158805,'z2','');
INSERT INTO "messages" VALUES(19,4,1,2,1795658158629,NULL,'a1','Up here');
INSERT INTO "messages" VALUES(20,1,5,4,1795658158683,NULL,'x1','Dan says goodbye');
CREATE TABLE pictures (
    user INTEGER NOT NULL,
    edge INTEGER NOT NULL,
    jpeg BLOB NOT NULL,
    UNIQUE (user, edge)
) STRICT;
CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('closed', 'direct', 'everyone', 'open')),
    name TEXT NOT NULL,
    archived INTEGER NOT NULL,
    made_by INTEGER,
    low INTEGER,
    high INTEGER, guests INTEGER NOT NULL DEFAULT 0,
    CHECK ((kind = 'direct') = (low IS NOT NULL AND high IS NOT NULL AND low < high))
) STRICT;
INSERT INTO "rooms" VALUES(1,'everyone','',0,NULL,NULL,NULL,0);
INSERT INTO "rooms" VALUES(2,'open','Kitchen',0,1,NULL,NULL,1);
INSERT INTO "rooms" VALUES(3,'closed','密室',0,1,NULL,NULL,0);
INSERT INTO "rooms" VALUES(4,'open','Attic',1,2,NULL,NULL,0);
INSERT INTO "rooms" VALUES(5,'direct','',0,NULL,1,2,0);
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user INTEGER NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    device TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO "sessions" VALUES(1,1,X'0F84B0ECC0A4A03D4CFB0864CF7C5473B32DD18FF1E23C52277D0D9ACE6E6727','Unknown device',1795658156616);
INSERT INTO "sessions" VALUES(2,2,X'58AE918839F214D1FA1147BC4A43535009E5048A9AE5330260273106F99568FA','Unknown device',1795658156743);
INSERT INTO "sessions" VALUES(3,3,X'B358A12923FC156972864ED0E8E3F00CF01B02EAF7502596D8FC2DB4488528F5','Unknown device',1795658156905);
INSERT INTO "sessions" VALUES(5,5,X'1E2684A7731F653C74912D18CFB2DB17D29CDC982A0124FB22F217366329F5CC','Unknown device',1795658157453);
CREATE TABLE settings (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    mark BLOB NOT NULL,
    registration_open INTEGER NOT NULL,
    several_devices INTEGER NOT NULL
, guests INTEGER NOT NULL DEFAULT 1, wifi_name TEXT NOT NULL DEFAULT '', wifi_key TEXT NOT NULL DEFAULT '', wifi_hidden INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "settings" VALUES(1,X'747167D575DCFE9E58EDA337B2179831',1,1,1,'Reading room','ask at the desk',0);
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT UNIQUE,
    password TEXT NOT NULL,
    owner INTEGER NOT NULL,
    picture INTEGER NOT NULL,
    pictures_made INTEGER NOT NULL,
    created_at INTEGER NOT NULL
, guest INTEGER NOT NULL DEFAULT 0, ends_at INTEGER) STRICT;
INSERT INTO "users" VALUES(1,'Ada','ada','$argon2id$v=19$m=19456,t=2,p=1$9512t3/OHhB4hNC/sQ5QPQ$IpeuQHCMh7GbWY9az8agemf3OhWytfp1XObobQXVUho',1,0,0,1795658156616,0,NULL);
INSERT INTO "users" VALUES(2,'Bob','bob','$argon2id$v=19$m=19456,t=2,p=1$5PNCMoXCiJq+DxuI8ZMucQ$wct8XlbDQMNPOoBTElkP45akBc0iPYVblvi8pNsJWTw',0,0,0,1795658156743,0,NULL);
INSERT INTO "users" VALUES(3,'Eve','eve','$argon2id$v=19$m=19456,t=2,p=1$jdg1k08DPWaPIhR8FpkbuQ$EVl5YFHiFJcTW2kikbBVrUcPF4WVV3svIpwXqMSVomo',0,0,0,1795658156905,0,NULL);
INSERT INTO "users" VALUES(4,'',NULL,'',0,0,0,1795658157005,0,NULL);
INSERT INTO "users" VALUES(5,'Zoe','zoe','',0,0,0,1795658157453,1,NULL);
CREATE INDEX sessions_by_user ON sessions (user, id);
CREATE UNIQUE INDEX rooms_direct ON rooms (low, high) WHERE low IS NOT NULL;
CREATE INDEX rooms_by_maker ON rooms (made_by) WHERE made_by IS NOT NULL;
CREATE INDEX members_by_room ON members (room);
CREATE UNIQUE INDEX messages_once ON messages (client_msg_id, author);
CREATE INDEX changes_by_room ON changes (room, seq);
CREATE INDEX users_by_end ON users (ends_at) WHERE ends_at IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('sessions',5);
INSERT INTO "sqlite_sequence" VALUES('invites',2);
COMMIT;
PRAGMA user_version = 2;
