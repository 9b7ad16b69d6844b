//! Every limit of porch in one place, each with its unit in the name or the type, and its reason.

use std::time::Duration;

mod codes;
mod downloads;
mod drafts;
mod heard;
mod media;
mod mentions;
mod monitor;
mod pictures;
mod reactions;
mod reading;
mod receipts;
mod uploads;
pub use codes::*;
pub use downloads::*;
pub use drafts::*;
pub use heard::*;
pub use media::*;
pub use mentions::*;
pub use monitor::*;
pub use pictures::*;
pub use reactions::*;
pub use reading::*;
pub use receipts::*;
pub use uploads::*;

// --- What people write -------------------------------------------------------------------------

/// Characters (Unicode scalar values) of a message: several printed pages; longer is a file.
pub const BODY_CHARS_MAX: usize = 8_000;
/// Characters of a person's name: fits a chat list on a phone.
pub const USER_NAME_CHARS_MAX: usize = 32;
/// Characters of a room's name.
pub const ROOM_NAME_CHARS_MAX: usize = 64;
/// Marks on one character of a name: Tibetan stacks seven; more would cover the lines around.
pub const NAME_MARKS_MAX: usize = 8;
/// Characters of a password: the least that NIST SP 800-63B allows.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Characters of a password at most: argon2 hashes any length, but nobody types more.
pub const PASSWORD_CHARS_MAX: usize = 256;
/// Bytes of a `client_msg_id`: room for a ULID or UUID with a prefix.
pub const CLIENT_MSG_ID_BYTES_MAX: usize = 64;
/// Characters of a message shown in the chat list.
pub const PREVIEW_CHARS_MAX: usize = 120;
/// Characters of a search.
pub const QUERY_CHARS_MAX: usize = 200;
/// Words and phrases of a search: each costs one walk through the index.
pub const QUERY_TERMS_MAX: usize = 16;

// --- Pages ---------------------------------------------------------------------------------------

/// Messages of one page of history at most.
pub const HISTORY_PAGE_MAX: u32 = 100;
/// Messages of one page of history when the client does not say.
pub const HISTORY_PAGE_DEFAULT: u32 = 50;
/// Bytes of the texts in one page of history or search, unless it is one message: what a page of 100 ordinary messages
/// has several times over, and little enough that many of them fit into a 512 MB board at once.
pub const PAGE_TEXT_BYTES_MAX: usize = 256 << 10;
/// Hits of one page of search at most.
pub const SEARCH_PAGE_MAX: u32 = 50;
/// Hits of one page of search when the client does not say.
pub const SEARCH_PAGE_DEFAULT: u32 = 20;
/// Missed events sent on resuming: beyond it, loading the newest page is quicker for both sides.
pub const RESUME_EVENTS_MAX: usize = 1_000;
/// Events of the whole box that may lie between: those of others' rooms are passed over one by one, 10,000 of them in some
/// milliseconds.
pub const RESUME_LOOKED_AT_MAX: u64 = 10_000;
/// Bytes of the texts among them: they are this client's alone, and after a lost Wi-Fi everybody comes back at once.
pub const RESUME_BYTES_MAX: usize = 256 << 10;
/// Runs of the box that are remembered, to tell a client's history from another: a thousand restarts are years, and 30 KiB.
pub const EPOCHS_KEPT_MAX: u32 = 1_000;
/// Missed events in one frame: keeps a frame well below what a phone parses in one go.
pub const EVENTS_FRAME_MAX: usize = 100;

// --- Connections ---------------------------------------------------------------------------------

/// Bytes of a frame from a client: 8,000 characters of six bytes, as JSON has those that nobody sees (`\u0001`), as many of
/// what is said of ten attachments, and what is around them.
pub const CLIENT_FRAME_BYTES_MAX: usize = 90_000;
/// A client that has connected says hello within this, or is closed.
pub const HELLO_WAIT: Duration = Duration::from_secs(10);
/// How often the server sends a Ping: below the 30 s after which home routers forget idle flows.
pub const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(20);
/// Silence after which a connection is taken for dead: two heartbeats lost, and some.
pub const HEARTBEAT_TTL: Duration = Duration::from_secs(45);
/// One write to a socket may take this long: a phone that reads nothing for 10 s resumes later.
pub const WRITE_WAIT: Duration = Duration::from_secs(10);
/// Frames that may wait for one connection. Frames are shared bytes, so the cost is a pointer each.
pub const OUTBOX_FRAMES_MAX: usize = 1_024;
/// Bytes that may wait for one connection: a slow reader must not hold more of a 512 MB board.
pub const OUTBOX_BYTES_MAX: usize = 4 << 20;
/// Bytes that wait for one connection as a rule, in a lively room on a slow phone. What is beyond is counted, in
/// [`OUTBOXES_OF_ONE_BYTES_MAX`].
pub const OUTBOX_USUAL_BYTES: usize = 16 << 10;
/// Bytes that are counted at once.
pub const OUTBOX_STEP_BYTES: usize = 64 << 10;
/// Bytes that may wait for all connections of one person: of two slow ones all that may wait for each, and not of the
/// 256 that a person can have.
pub const OUTBOXES_OF_ONE_BYTES_MAX: usize = 8 << 20;
/// Bytes made for one person (or for whoever is at an address without a session) and not yet read: answers to requests,
/// what a returning client missed. Eight full pages: a browser asks for six things at once.
pub const UNREAD_OF_ONE_BYTES_MAX: usize = 2 << 20;
/// The same of all at one address: a class behind one NAT that comes back at once; what does not fit is asked for again.
pub const UNREAD_OF_NETWORK_BYTES_MAX: usize = 16 << 20;
/// The same in all: a tenth of a 512 MB board.
pub const UNREAD_BYTES_MAX: usize = 48 << 20;
/// Bytes of an answer that is not counted: what a connection holds anyway is as much.
pub const ANSWER_USUAL_BYTES: usize = 16 << 10;
/// Connections of one session: tabs of one browser.
pub const SESSION_CONNECTIONS_MAX: usize = 8;
/// WebSockets of the whole box: 16 KiB each stay below 128 MB.
pub const CONNECTIONS_MAX: usize = 8_000;
/// TCP connections open at once, HTTP included: WebSockets, and 2,000 at least for everything else. Leaves file
/// descriptors for the store.
pub const SOCKETS_MAX: usize = 10_000;
/// File descriptors kept back from sockets where the system allows fewer than [`OPEN_FILES_MAX`]: the store, the
/// doctor and mDNS take some dozens.
pub const OTHER_FILES_MAX: u64 = 256;
/// Bytes that the kernel takes in of an answer before any of it is sent: keeps a link busy, and ten thousand clients
/// that read nothing from holding gigabytes. Without it, slow and silent readers cannot be told apart.
pub const SOCKET_UNSENT_BYTES_MAX: u32 = 16 << 10;
/// Bytes that TLS keeps of what could not be sent: one record.
pub const TLS_UNSENT_BYTES_MAX: usize = 16 << 10;
/// What was sent and is not acknowledged for this long ends the connection, one that porch has closed too: as long as
/// a silent WebSocket has.
pub const SOCKET_UNACKNOWLEDGED_WAIT: Duration = HEARTBEAT_TTL;
/// File descriptors asked of the system: every socket, and room for the store.
pub const OPEN_FILES_MAX: u64 = 12_000;
/// TLS handshakes under way at once: bounds what half-open connections can hold.
pub const HANDSHAKES_MAX: usize = 1_024;
/// TLS handshakes whose arithmetic is done at once, some milliseconds each on a slow board: one leaves the other
/// processors to everything else.
pub const HANDSHAKES_AT_ONCE: usize = 1;
/// A TLS handshake takes at most this long, on the slowest phone.
pub const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);
/// A request's head comes within this.
pub const REQUEST_HEAD_WAIT: Duration = Duration::from_secs(10);
/// An answer or a body that moves not at all for this long is given up.
pub const STANDSTILL_WAIT: Duration = Duration::from_secs(10);
/// Bytes per second that an answer or a body moves at least, over time: a tenth of what the first mobile phones had.
pub const BYTES_PER_SECOND_MIN: u32 = 1_024;
/// Pages in the clear that are made at once: one leaves the other processors to everything else.
pub const PLAIN_AT_ONCE: usize = 1;
/// Requests in the clear of one network that wait for that: a class behind one NAT.
pub const PLAIN_WAITING_PER_NETWORK_MAX: usize = 64;
/// Requests in the clear that wait in all.
pub const PLAIN_WAITING_MAX: usize = 1_024;
/// A request's body comes within this: 8 MiB over slow Wi-Fi.
pub const REQUEST_BODY_WAIT: Duration = Duration::from_secs(60);
/// Connections the kernel holds before they are accepted: a whole school at the bell.
pub const LISTEN_BACKLOG: u32 = 4_096;

// --- Commands ------------------------------------------------------------------------------------

/// Commands a connection may send at once.
pub const COMMANDS_BURST: u32 = 40;
/// Commands a connection may send per second, sustained: faster than anyone types.
pub const COMMANDS_PER_SECOND: u32 = 10;
/// Commands a person may send at once over all their connections: every tab of a session at its own limit.
pub const PERSON_COMMANDS_BURST: u32 = 320;
/// Commands a person may send per second over all their connections, sustained. Sockets cost an attacker nothing: 32
/// sessions of 8 connections would have 2,560.
pub const PERSON_COMMANDS_PER_SECOND: u32 = 25;
/// Welcomes a person may have at once: every tab of five browsers comes back after a lost Wi-Fi. Each is built from all
/// their rooms, and may have the disk read for what was missed.
pub const HELLOS_BURST: u32 = 40;
/// How soon a person may have one welcome more.
pub const HELLO_INTERVAL: Duration = Duration::from_secs(1);
/// Control frames and pieces of messages that a connection may send between two heartbeats: a Ping each second, and
/// messages in as many pieces as a client likes that cuts the longest into a hundred.
pub const FRAMES_BESIDE_MAX: u16 = 400;
/// Refused commands in a row after which the connection is closed as a flood.
pub const REFUSALS_MAX: u32 = 200;
/// Messages of one connection that wait for the disk.
pub const SENDS_IN_FLIGHT_MAX: usize = 64;
/// Operations of the hub that wait for the disk; beyond it authors hear `busy`.
pub const STORE_IN_FLIGHT_MAX: usize = 4_096;
/// Stretches of deleted messages that are known of a room, so that they do not count as unread. Of a thousand unread,
/// beyond which nobody sees how many there are, not more can be apart: 8 KiB at worst.
pub const DELETED_RANGES_MAX: usize = 500;
/// The latest deletions of a room that are read for it when porch starts.
pub const DELETED_READ_MAX: u32 = 1_000;
/// Requests that look at the hub at once: each costs it up to a millisecond, in which nobody else is heard.
pub const HUB_LOOKS_AT_ONCE_MAX: usize = 8;
/// Those of one person: what others have to say comes between any two.
pub const HUB_LOOKS_OF_ONE_MAX: usize = 1;
/// Those that wait; beyond it `busy`.
pub const HUB_LOOKS_WAITING_MAX: usize = 2_048;
/// Those of one person: a few tabs that load their rooms.
pub const HUB_LOOKS_OF_ONE_WAITING_MAX: usize = 16;
/// Changes by the pages that the hub must hear of in the order of commits, waiting for the disk: one commit's worth.
pub const PAGE_CHANGES_IN_FLIGHT_MAX: usize = 64;
/// Those of one person, or of one network without a session: others' go into the same commit.
pub const PAGE_CHANGES_OF_ONE_MAX: usize = 48;
/// Changes by the pages that wait to be among them; beyond it `busy`. Each is a request that holds a few KiB.
pub const PAGE_CHANGES_WAITING_MAX: usize = 2_048;
/// Those of one asker: a school that joins at the bell, behind one address.
pub const PAGE_CHANGES_OF_ONE_WAITING_MAX: usize = 512;
/// Inputs that wait for the hub; beyond it the sockets wait, and so their senders.
pub const HUB_QUEUE_MAX: usize = 4_096;
/// Members added by one command.
pub const ADD_MEMBERS_MAX: usize = 100;
/// Rooms one member has made and not archived.
pub const ROOMS_PER_MEMBER_MAX: usize = 200;
/// Rooms one member has made, archived ones too: archiving is no way around the limit.
pub const ROOMS_MADE_MAX: usize = 500;
/// Rooms that one person may have put another into, archived ones too: what one can make others receive.
pub const ROOMS_ADDED_BY_ONE_MAX: usize = 100;
/// Rooms one person has made or joined themselves, direct rooms aside; those that others put them into never count.
pub const ROOMS_JOINED_MAX: usize = 1_000;
/// Rooms that all others together have put one person into, before each may do so only for [`ROOMS_ADDED_BEYOND_MAX`].
pub const ROOMS_ADDED_MAX: usize = 1_000;
/// Rooms that one person may have put another into who is in [`ROOMS_ADDED_MAX`] already and did nothing in these; an
/// owner of the box is not held to it. Many who conspire cannot use up the place of one more, who needs a few rooms: a
/// family, a team, a class.
pub const ROOMS_ADDED_BEYOND_MAX: usize = 4;
/// Rooms a person may make, begin or bring back at once: a school's, set up in one go.
pub const ROOM_ACTS_BURST: u32 = 30;
/// How soon a person may make one room more.
pub const ROOM_ACT_INTERVAL: Duration = Duration::from_secs(20);
/// People one person may add to rooms at once: ten rooms of a hundred.
pub const ADDED_BURST: u32 = 1_000;
/// How soon a person may add one more.
pub const ADDED_INTERVAL: Duration = Duration::from_secs(1);
/// Bytes of the rooms in a `welcome`; of a thousand or so first those the person did something in, then the liveliest: a
/// fraction of what may wait for one connection, and parsed by a
/// phone in a moment. The others are shown when something is said in them, and found as before.
pub const WELCOME_BYTES_MAX: usize = 256 << 10;
/// Archived rooms of one page.
pub const ROOMS_PAGE_MAX: usize = 50;
/// Rooms removed with one change: each may have a hundred members to be told.
pub const ROOMS_REMOVED_AT_ONCE_MAX: usize = 100;
/// Messages erased with one change; each has its words to be found in the search index.
pub const ERASED_AT_ONCE_MAX: usize = 200;
/// Bytes of messages that one member may write within a day at most, and have stored at once after a silence: 500 of the
/// longest, thousands of pages. A card of 32 GB takes years of it. The owner of the box is not held to it.
pub const DISK_SHARE_BYTES: u64 = 16 << 20;
/// The same of a guest, of whom there may be many, and who come and go.
pub const DISK_SHARE_GUEST_BYTES: u64 = 4 << 20;
/// How long it takes until a share that was used up is whole again.
pub const DISK_SHARE_INTERVAL: Duration = Duration::from_secs(86_400);
/// Bytes that a message takes beside its text: its row, and its places in the indexes.
pub const MESSAGE_OVERHEAD_BYTES: u64 = 256;
/// Bytes that a message takes at most: the longest text, and ten pictures of which as much is said. So much is counted of what
/// is forwarded until it is known how long that was.
pub const MESSAGE_BYTES_MAX: u64 =
    (4 * BODY_CHARS_MAX + ATTACHMENTS_MAX * ATTACHMENT_SAID_BYTES_MAX) as u64 + MESSAGE_OVERHEAD_BYTES;
/// How long a start waits for a data folder that somebody has: a look at whether it is held takes less, and so does a
/// process that was killed.
pub const FOLDER_HELD_WAIT: Duration = Duration::from_millis(500);
/// How soon a failed erasing is tried again.
pub const ERASE_RETRY_WAIT: Duration = Duration::from_secs(60);
/// A connection's typing notices closer together than this say nothing new.
pub const TYPING_INTERVAL: Duration = Duration::from_secs(2);
/// Present members of a room up to which typing is shown: in a full hall it is noise, and costs everyone a wake-up.
pub const TYPING_PRESENT_MAX: usize = 200;
/// Ended sessions the hub remembers: all that can end while one connection is on its way to it.
pub const ENDED_SESSIONS_MAX: usize = 1_024;
/// How often arrivals and departures are told, gathered: 1,000 people arriving cost 4 frames a second.
pub const PRESENCE_INTERVAL: Duration = Duration::from_millis(250);
/// How often changes of people and memberships are told, gathered: a class of 300 that joins costs 4 frames a second, not
/// 300 frames to each of 300.
pub const GATHER_INTERVAL: Duration = PRESENCE_INTERVAL;
/// People in one `users` frame, some 120 bytes each: a frame that every phone reads in a moment.
pub const USERS_FRAME_MAX: usize = 200;
/// Ids in one `members` frame.
pub const MEMBERS_FRAME_IDS_MAX: usize = 1_000;
/// Rooms whose changes are told with one telling: somebody may be in all of them, and gets up to three frames of each,
/// well below [`OUTBOX_FRAMES_MAX`]. The next telling goes on.
pub const ROOMS_TOLD_AT_ONCE_MAX: usize = 128;

// --- Accounts ------------------------------------------------------------------------------------

/// argon2id memory in KiB: OWASP's least for two passes; two at once fit a 512 MB board.
pub const ARGON2_MEMORY_KIB: u32 = 19 * 1024;
/// argon2id passes over the memory.
pub const ARGON2_PASSES: u32 = 2;
/// Passwords hashed at once: 2 x 19 MiB.
pub const ARGON2_AT_ONCE: usize = 2;
/// Passwords waiting to be hashed; beyond it `busy`. At 0.3 s each on a slow board the last waits for 15 s, as the page
/// does.
pub const ARGON2_WAITING_MAX: usize = 96;
/// Those of one person, or of one network without a session: a class behind one address, which must not be refused.
pub const ARGON2_OF_ONE_WAITING_MAX: usize = 48;
/// Wrong passwords at once from one device that has signed in before, or in one session.
pub const GUESSES_BURST: u32 = 10;
/// Another one is allowed after so many milliseconds: five a minute, more than anyone mistypes.
pub const GUESSES_INTERVAL_MS: i64 = 12_000;
/// Wrong passwords at once at one name from one network: nobody mistypes more often in a row.
pub const GUESSES_STRANGER_BURST: u32 = 20;
/// Another one is allowed after so many milliseconds: slower than [`GUESSES_NAME_INTERVAL_MS`], so that one network alone
/// never uses up what all strangers may.
pub const GUESSES_STRANGER_INTERVAL_MS: i64 = 900_000;
/// Wrong passwords at once from one network at all names together, and wrong invites: a class that mistypes.
pub const GUESSES_NETWORK_BURST: u32 = 60;
/// Another one is allowed after so many milliseconds.
pub const GUESSES_NETWORK_INTERVAL_MS: i64 = 2_000;
/// Wrong passwords at once at one name from all strangers together: what NIST SP 800-63B allows for one account (section
/// 3.2.2).
pub const GUESSES_NAME_BURST: u32 = 100;
/// Another one is allowed after so many milliseconds: 144 a day, so that nobody is locked out for good.
pub const GUESSES_NAME_INTERVAL_MS: i64 = 600_000;
/// Accounts made at once from one network: a hall full of people behind one address.
pub const ACCOUNTS_BURST: u32 = 400;
/// Another one is allowed after so many milliseconds.
pub const ACCOUNTS_INTERVAL_MS: i64 = 1_000;
/// New names of one person at once: each is told to everyone.
pub const RENAMES_BURST: u32 = 10;
/// Another one is allowed after so many milliseconds.
pub const RENAMES_INTERVAL_MS: i64 = 60_000;
/// Pictures of one person at once: each takes the processor for up to a second, and is told to everyone.
pub const PICTURES_BURST: u32 = 10;
/// Another one is allowed after so many milliseconds.
pub const PICTURES_INTERVAL_MS: i64 = 30_000;
/// Networks, names, devices and sessions remembered for each of the limits above; those nearest to being rested are
/// forgotten first.
pub const RATES_REMEMBERED_MAX: usize = 4_096;
/// An attempt to come in can be repeated for this long, in milliseconds: a day, after which its name is looked for
/// elsewhere.
pub const ATTEMPT_KEPT_MS: i64 = 86_400_000;
/// Days a session lasts: a school year.
pub const SESSION_DAYS_MAX: i64 = 400;
/// Sessions of one account.
pub const SESSIONS_PER_USER_MAX: usize = 32;
/// Accounts of one box.
pub const USERS_MAX: usize = 20_000;
/// Bytes of a JSON request body.
pub const JSON_BYTES_MAX: usize = 16 << 10;

// --- Invites and guests --------------------------------------------------------------------------

/// Invites of one box: an owner who makes more loses sight of who can come in.
pub const INVITES_MAX: usize = 100;
/// Characters of an invite's note: a line in a list.
pub const INVITE_NOTE_CHARS_MAX: usize = 64;
/// Rooms that one invite leads to: each is a membership made while joining.
pub const INVITE_ROOMS_MAX: usize = 32;
/// Days a used-up or ended invite is still listed, so that the owner can look up who came by it and when.
pub const INVITE_KEPT_DAYS: i64 = 30;
/// The latest time that anybody may name, in milliseconds since 1970: the end of the year 9999, which every calendar can
/// show. JavaScript's `Date` ends at 8.64e15, and its whole numbers at 2^53.
pub const TIME_MAX: i64 = 253_402_300_799_999;
/// Seconds a guest's stay may be given at least: less would end while they type their name.
pub const STAY_S_MIN: u32 = 1;
/// Seconds a guest's stay may be given at most: as long as a session lasts.
pub const STAY_S_MAX: u32 = SESSION_DAYS_MAX as u32 * 24 * 60 * 60;
/// Days an ended guest's name stays on what they wrote; then the account is deleted.
pub const GUEST_KEPT_DAYS: i64 = 30;
/// Guests whose stay, and guests whose name, ends with one change: a box that was off for a week may have thousands to
/// tell everyone of, and messages wait meanwhile. The next change takes the next.
pub const STAYS_AT_ONCE_MAX: usize = 100;
/// How long the next of such changes waits: a hundred connections are said goodbye to meanwhile, and others talk.
pub const STAYS_STEP_WAIT: Duration = Duration::from_millis(150);
/// How long it may take until an end of a stay is noticed after the box's clock was set; more often would only wake an
/// idle board.
pub const STAYS_LOOK_INTERVAL_MAX: Duration = Duration::from_secs(600);
/// How long turning guests off waits until the last one is out: a page waits 15 s for an answer.
pub const STAYS_AWAITED_MAX: Duration = Duration::from_secs(5);
/// How soon a failed look at the ends of stays is repeated: by then a full disk may have been seen to.
pub const STAYS_RETRY_WAIT: Duration = Duration::from_secs(60);
/// Bytes of a Wi-Fi's name (SSID): IEEE 802.11-2020, section 9.4.2.2.
pub const WIFI_NAME_BYTES_MAX: usize = 32;
/// Characters of a Wi-Fi's key at least: IEEE 802.11-2020, section J.4.1 (passphrase of WPA2 and WPA3).
pub const WIFI_KEY_CHARS_MIN: usize = 8;
/// Characters of a Wi-Fi's key at most; see [`WIFI_KEY_CHARS_MIN`].
pub const WIFI_KEY_CHARS_MAX: usize = 63;
/// Hexadecimal digits of a Wi-Fi's key that is given as such, and not as a passphrase: 256 bits (IEEE 802.11-2020,
/// section J.4.1).
pub const WIFI_KEY_HEX_DIGITS: usize = 64;

// --- Store ---------------------------------------------------------------------------------------

/// Operations in one group commit.
pub const COMMIT_BATCH_MAX: usize = 1_024;
/// Least time between two group commits under load: more messages share one fsync and its pages.
pub const COMMIT_INTERVAL: Duration = Duration::from_millis(60);
/// The database is looked through for damage this long at most, after a run that was broken off.
pub const STORE_CHECK_WAIT: Duration = Duration::from_secs(5);
/// Read markers are gathered this long before they go to the disk: losing some costs a few "unread".
pub const READ_MARKER_INTERVAL: Duration = Duration::from_secs(5);

// --- Shutting down --------------------------------------------------------------------------------

/// All of shutting down takes at most this long; systemd would kill at 90 s.
pub const SHUTDOWN_WAIT: Duration = Duration::from_secs(10);
/// What of it is the store's, whatever else hangs: one commit, and what it likes to tidy up.
pub const STORE_CLOSE_WAIT: Duration = Duration::from_secs(5);

// --- The box on its network ----------------------------------------------------------------------

/// Characters of the box's name: fits a phone's title bar, and the CA's CommonName, which has 64 at most.
pub const BOX_NAME_CHARS_MAX: usize = 32;
/// Extra host names of the box: each is in the certificate that every handshake sends.
pub const EXTRA_NAMES_MAX: usize = 16;
/// Extra address ranges of the CA's name constraints.
pub const EXTRA_RANGES_MAX: usize = 16;
/// Interfaces that the owner names: no board has as many.
pub const INTERFACES_MAX: usize = 16;
/// Answers of others that each of the two mDNS daemons may remember, some 400 bytes each: a school has a few hundred
/// devices with a few each. Beyond, somebody floods the network, and mDNS pauses for a minute.
pub const MDNS_ANSWERS_MAX: i64 = 10_000;
/// Times at which a daemon means to look at what it remembers, 16 bytes each; every packet heard adds some.
pub const MDNS_TIMERS_MAX: i64 = 500_000;
/// Bits of an extra IPv4 range at least: wider is not a LAN, and the CA could speak for half the Internet.
pub const RANGE_PREFIX_MIN_V4: u8 = 8;
/// Bits of an extra IPv6 range at least: what a provider is given as a whole.
pub const RANGE_PREFIX_MIN_V6: u8 = 32;
/// Bytes of the configuration file: a hundred times what all keys need.
pub const CONFIG_BYTES_MAX: u64 = 1 << 20;
/// One question to the system's other services, one of which may have to be started; the page waits 15 s for two.
pub const BUS_WAIT: Duration = Duration::from_secs(5);
/// The last time known is written this often at most: an idle box leaves its disk alone.
pub const CLOCK_KEPT_INTERVAL: Duration = Duration::from_secs(86_400);
/// LAN addresses in the leaf: a box has a few interfaces; each address is in every handshake.
pub const LEAF_ADDRESSES_MAX: usize = 32;
/// Bytes of a PEM file: a chain of certificates with all their intermediates takes a tenth.
pub const PEM_BYTES_MAX: u64 = 256 << 10;
/// Doors tested at once by the guide's WebSocket, each for a moment: a class that arrives together.
pub const TRUST_ECHOES_MAX: usize = 64;
/// The same of one network: a guide has one at a time, and one network must not keep all others waiting.
pub const TRUST_ECHOES_PER_NETWORK_MAX: usize = 8;
/// Bytes of the text that is given back: a word and a number.
pub const TRUST_ECHO_BYTES_MAX: usize = 64;
/// A test of a door takes at most this long.
pub const TRUST_ECHO_WAIT: Duration = Duration::from_secs(5);
/// Bytes of the address that the guide leads on to: an invitation several times over. It stands in each of its links.
pub const GUIDE_REST_BYTES_MAX: usize = 1_024;
/// Addresses that have seen the sign-in sheet and are remembered: a school's phones; the oldest see it again.
pub const PORTAL_VISITORS_MAX: usize = 1_024;
/// An address that has seen the sheet does not see it again for this long, in milliseconds: a day.
pub const PORTAL_REMEMBERED_MS: i64 = 86_400_000;
/// A sheet that nobody answered counts as read after this long, in milliseconds: time to read three lines and a code.
pub const PORTAL_READING_MS: i64 = 120_000;
