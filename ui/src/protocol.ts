// Generated from src/proto by `cargo xtask types`. Do not edit.

export type UserId = number;

export type RoomId = number;

export type Seq = number;

export type Epoch = number;

export type SessionId = number;

export type InviteId = number;

export type TabId = number;

export type ClientMsgId = string;

export type RawBody = string;

export type UploadId = string;

export type FileName = string;

export type PictureFacts = { 
/**
 * Pixels, as it is shown.
 */
width: number, height: number, 
/**
 * Red, green, blue on average; none where the box could not decode it.
 */
color: [number, number, number] | null, 
/**
 * Whether it moves, as a GIF may.
 */
moves: boolean, };

export type Voice = { 
/**
 * Milliseconds.
 */
ms: number, 
/**
 * How loud it is over its length, 0 to 255 each.
 */
levels: Array<number>, };

export type AttachmentKind = { "type": "audio", } | { "type": "file", } | { "type": "picture", 
/**
 * What is to be seen, for whoever does not see it; empty where the author has not said.
 */
alt: string, 
/**
 * Pixels, as it is shown.
 */
width: number, height: number, 
/**
 * Red, green, blue on average; none where the box could not decode it.
 */
color: [number, number, number] | null, 
/**
 * Whether it moves, as a GIF may.
 */
moves: boolean, } | { "type": "video", } | { "type": "voice" } & Voice;

export type Attachment = { 
/**
 * As it was called where it comes from; may be empty.
 */
name: FileName, bytes: number, 
/**
 * What it is served as.
 */
media_type: string, what: AttachmentKind, };

export type AttachmentType = "audio" | "file" | "picture" | "video" | "voice";

export type Attached = { 
/**
 * What the first is.
 */
first: AttachmentType, count: number, };

export type NewAttachment = { upload: UploadId, 
/**
 * Of a picture.
 */
alt?: string | null, 
/**
 * The upload is a voice message.
 */
voice?: Voice | null, };

export type Brought = "audio" | "file" | "link" | "picture" | "video" | "voice";

export type Gallery = "files" | "links" | "pictures" | "pins" | "sounds";

export type ErrorCode = "attachments_many" | "bad_request" | "body_empty" | "body_long" | "busy" | "clock_impossible" | "clock_refused" | "clock_synchronized" | "code_ended" | "code_wrong" | "disk_full" | "disk_share" | "everyone_often" | "file_large" | "files_full" | "forbidden" | "guests_not_here" | "guests_off" | "in_use_elsewhere" | "internal" | "invite_ended" | "invite_unknown" | "invite_used" | "last_owner" | "last_room_owner" | "limit_reached" | "name_invalid" | "name_reserved" | "name_taken" | "not_a_member" | "not_found" | "not_signed_in" | "origin_refused" | "password_long" | "password_short" | "password_wrong" | "person_gone" | "picture_large" | "picture_uncleaned" | "picture_unreadable" | "query_date" | "query_empty" | "query_has" | "query_long" | "quota_full" | "reactions_many" | "registration_closed" | "room_archived" | "rooms_full" | "sign_in_failed" | "slow_down" | "storage_failed" | "too_large" | "upload_checksum" | "upload_offset" | "upload_type" | "upload_unknown" | "upload_version";

export type Access = "closed" | "open";

export type Command = { "type": "add_members", room: RoomId, users: Array<UserId>, } | { "type": "create_room", name: string, access: Access, members: Array<UserId>, } | { "type": "delete", room: RoomId, message: Seq, } | { "type": "edit", room: RoomId, message: Seq, body: RawBody, } | { "type": "forward", from: RoomId, message: Seq, room: RoomId, client_msg_id: ClientMsgId, } | { "type": "join_room", room: RoomId, } | { "type": "keep_draft", room: RoomId, body: RawBody, } | { "type": "leave_room", room: RoomId, } | { "type": "mark_heard", room: RoomId, message: Seq, } | { "type": "open_direct", user: UserId, } | { "type": "pin", room: RoomId, message: Seq, on: boolean, } | { "type": "react", room: RoomId, message: Seq, emoji: string, on: boolean, } | { "type": "remove_member", room: RoomId, user: UserId, } | { "type": "set_notify", room: RoomId, notify: Notify, } | { "type": "set_room", room: RoomId, setting: RoomSetting, } | { "type": "set_room_role", room: RoomId, user: UserId, role: RoomRole, };

export type ClientMessage = { "type": "command", re: number, command: Command, } | { "type": "hello", version: number, tab: TabId, after: Seq | null, 
/**
 * Of the welcome after which `after` was heard.
 */
epoch?: Epoch | null, } | { "type": "ping", } | { "type": "read", room: RoomId, n: number, 
/**
 * The [`set_back`](super::server::Room::set_back) that the client knows of: of an earlier one it is passed over.
 */
set_back?: number | null, } | { "type": "send", room: RoomId, client_msg_id: ClientMsgId, body: RawBody, attachments?: Array<NewAttachment>, 
/**
 * The message of the same room to which it is a reply.
 */
reply_to?: Seq | null, } | { "type": "typing", room: RoomId, } | { "type": "unread", room: RoomId, n: number, 
/**
 * As with `read`.
 */
set_back?: number | null, };

export type BoxRole = "guest" | "member" | "owner";

export type RoomRole = "member" | "owner";

export type User = { id: UserId, name: string, role: BoxRole, 
/**
 * 0: none; else part of the picture's URL.
 */
picture: number, 
/**
 * When the account was made: milliseconds since 1970, UTC.
 */
since: number, 
/**
 * When this guest's stay ends, where it has an end. In the past: it has ended, and the person is shown only as the
 * author of what they wrote.
 */
ends_at: number | null, };

export type Notify = "all" | "mine" | "none";

export type RoomKind = "closed" | "direct" | "everyone" | "open";

export type Act = "add_members" | "archive" | "delete_any" | "leave" | "mention_everyone" | "open_to_guests" | "pin" | "react" | "remove_members" | "rename" | "set_roles" | "write";

export type RoomSettings = { 
/**
 * Can be read, not written.
 */
archived: boolean, 
/**
 * Whether guests may be in it.
 */
guests: boolean, 
/**
 * Empty for the room for everybody until it is named, and for direct rooms while both are here; then the name that
 * the one who is gone had last.
 */
name: string, };

export type RoomSetting = { "archived": boolean } | { "guests": boolean } | { "name": string };

export type Receipt = { 
/**
 * A device of theirs was told of the messages up to here. Kept in memory alone: after a restart of the box it is what they
 * have read, until they are there again.
 */
delivered_n: number, 
/**
 * They have read up to here.
 */
read_n: number, };

export type RoomReceipt = { room: RoomId, 
/**
 * A device of theirs was told of the messages up to here. Kept in memory alone: after a restart of the box it is what they
 * have read, until they are there again.
 */
delivered_n: number, 
/**
 * They have read up to here.
 */
read_n: number, };

export type LastMessage = { id: Seq, author: UserId, 
/**
 * The first 120 characters; empty when deleted.
 */
preview: string, attached?: Attached, sent_at: number, };

export type Room = { id: RoomId, kind: RoomKind, settings: RoomSettings, role: RoomRole, 
/**
 * All that this member may do there.
 */
may: Array<Act>, 
/**
 * The other person of a direct room, while that account exists; of the room that one has for oneself, oneself.
 */
with: UserId | null, member_count: number, 
/**
 * The number of the newest message; 0 in an empty room.
 */
last_n: number, 
/**
 * Up to where this member has read.
 */
read_n: number, 
/**
 * How often they have set that back: of two, the one with more is true, and of as many the one further on.
 */
set_back?: number, 
/**
 * Messages above `read_n` that were deleted, and so are not unread: first and last number of each range, ascending.
 */
deleted: [number, number][], last: LastMessage | null, 
/**
 * When this member came in.
 */
joined_at: number, 
/**
 * What this member wants to be notified of there; none while they have not chosen.
 */
notify?: Notify, 
/**
 * Of a direct room: how far the other person is, where anything is told of that.
 */
receipt?: Receipt, };

export type Resume = "fresh" | "ok" | "reload";

export type Quote = { message: Seq, 
/**
 * The message's, at that time.
 */
rev: Seq, author: UserId, 
/**
 * The first characters of its text; empty when deleted, and where there are only attachments.
 */
text: string, attached?: Attached, deleted?: boolean, 
/**
 * The message with which the chain of replies began, in which this one is.
 */
chain: Seq, 
/**
 * Which reply of that chain it is: 1, 2, 3 …
 */
place: number, };

export type Message = { 
/**
 * The `seq` of the event that it was written by.
 */
id: Seq, 
/**
 * The `seq` of the newest event that changed it; `id` where none has. Of two copies the one with the higher is true.
 */
rev: Seq, room: RoomId, 
/**
 * 1, 2, 3 … within the room, without gaps.
 */
n: number, author: UserId, 
/**
 * Empty when deleted, and where there are only attachments.
 */
body: string, 
/**
 * None when deleted.
 */
attachments?: Array<Attachment>, 
/**
 * Whom its text calls, in the order in which each is called first; none when deleted.
 */
mentions?: Array<Mention>, client_msg_id: ClientMsgId, sent_at: number, 
/**
 * When its text was changed last; none where it never was, and when deleted.
 */
edited_at?: number, 
/**
 * Whether its author has passed it on from elsewhere, and the words are another's: whose and from where is told to nobody,
 * who may not be in that room. Of a deleted one it is not told.
 */
forwarded?: boolean, deleted: boolean, 
/**
 * Whether it is pinned.
 */
pinned?: boolean, 
/**
 * Of a reply: what it replies to; none when deleted.
 */
quote?: Quote, 
/**
 * How many have put which emoji to it, in the order in which each was first; none when deleted.
 */
reactions?: Array<Reaction>, 
/**
 * Which of those are of whoever is told. None: nothing is said of it, what was known stands.
 */
mine?: Array<Emoji>, };

export type EventKind = { "type": "deleted", message: Seq, 
/**
 * The message's number in the room.
 */
n: number, } | { "type": "edited" } & Message | { "type": "message" } & Message | { "type": "pinned", message: Seq, 
/**
 * The message's number in the room.
 */
n: number, on: boolean, } | { "type": "reacted", message: Seq, 
/**
 * The message's number in the room.
 */
n: number, reactions: Array<Reaction>, 
/**
 * As [`Message::mine`].
 */
mine?: Array<Emoji>, };

export type Event = { 
/**
 * Its place in the order of all events.
 */
seq: Seq, room: RoomId, what: EventKind, };

export type ServerMessage = { "type": "box", guests: boolean, } | { "type": "done", re: number, room: RoomId | null, } | { "type": "draft", room: RoomId, body: string, } | { "type": "error", code: ErrorCode, message: string, re?: number, client_msg_id?: ClientMsgId, retry_ms?: number, } | { "type": "events", events: Array<Event>, } | { "type": "heard_mark", room: RoomId, message: Seq, by: UserId, } | { "type": "members", room: RoomId, joined: Array<UserId>, left: Array<UserId>, 
/**
 * Those who are something else there now.
 */
changed: Array<UserId>, member_count: number, } | { "type": "pong", } | { "type": "presence", came: Array<UserId>, left: Array<UserId>, } | { "type": "present", users: Array<UserId>, } | { "type": "read", room: RoomId, n: number, 
/**
 * As [`Room::set_back`].
 */
set_back?: number, } | { "type": "receipts", receipts: Array<RoomReceipt>, } | { "type": "room", room: Room, 
/**
 * It has come back from the archive.
 */
back?: boolean, } | { "type": "room_settings", room: RoomId, settings: RoomSettings, 
/**
 * All that this member may do there from now on.
 */
may: Array<Act>, 
/**
 * It has gone into the archive.
 */
archives?: boolean, } | { "type": "rooms_gone", rooms: Array<RoomId>, 
/**
 * How many of them were archived.
 */
archived: number, 
/**
 * Who took this member out of them, if somebody did.
 */
by: UserId | null, } | { "type": "signed_in", session: SessionId, } | { "type": "typing", room: RoomId, user: UserId, } | { "type": "users", users: Array<User>, 
/**
 * Accounts that were deleted.
 */
gone: Array<UserId>, } | { "type": "welcome", version: number, server: string, me: User, 
/**
 * The last place where this account was signed in to; this one, where nobody has been later.
 */
newest_session: SessionId, seq: Seq, 
/**
 * By what this run of the box is known, when the client comes back.
 */
epoch: Epoch, resume: Resume, rooms: Array<Room>, 
/**
 * How many archived rooms there are beside these.
 */
archived: number, 
/**
 * Whether there are others that are not archived.
 */
more: boolean, 
/**
 * Whether there is anything that this person has begun to write, or has no more: `GET /api/drafts` tells what.
 */
drafts?: boolean, };

export type Registration = "closed" | "first" | "open";

export type BoxInfo = { name: string, version: string, registration: Registration, owner_exists: boolean, 
/**
 * Whether guests may come.
 */
guests: boolean, };

export type CookieProbe = { 
/**
 * Whether the cookie that the answer sets came with the request already.
 */
kept: boolean, };

export type Credentials = { name: string, password: string, 
/**
 * A secret of the browser's own, by which the attempt is known when it is repeated.
 */
attempt?: string, takeover?: boolean, };

export type PatchMe = { name?: string, new_password?: string, password?: string, 
/**
 * Whether others are told how far one has read, and oneself of others.
 */
receipts?: boolean, };

export type DeleteMe = { password?: string, };

export type Me = { user: User, 
/**
 * Without one the account lives in this browser only.
 */
has_password: boolean, 
/**
 * Whether others are told how far one has read, and oneself of others.
 */
receipts: boolean, };

export type InviteRole = "guest" | "member";

export type NewInvite = { role: InviteRole, 
/**
 * For one person.
 */
once: boolean, 
/**
 * None: until it is withdrawn.
 */
ends_at: number | null, 
/**
 * Rooms the joiner becomes a member of.
 */
rooms: Array<RoomId>, 
/**
 * Seconds a guest may stay after joining; none: until the owner ends it.
 */
stay_s: number | null, 
/**
 * For the owner's eyes.
 */
note: string, };

export type Invite = { id: InviteId, token: string, role: InviteRole, once: boolean, ends_at: number | null, rooms: Array<RoomId>, stay_s: number | null, note: string, made_at: number, 
/**
 * How many have come by it.
 */
joined: number, };

export type Invited = { role: InviteRole, 
/**
 * The names of the rooms.
 */
rooms: Array<string>, ends_at: number | null, stay_s: number | null, };

export type Join = { name: string, password?: string, 
/**
 * As in [`Credentials`].
 */
attempt?: string, };

export type PatchPerson = { role: BoxRole, };

export type ResetPassword = { name: string, code: string, new_password: string, 
/**
 * As in [`Credentials`].
 */
attempt?: string, };

export type CodeAnswer = { 
/**
 * Told this once.
 */
code: string, ends_at: number, };

export type Session = { id: SessionId, 
/**
 * What the browser said of itself, made short.
 */
device: string, created_at: number, current: boolean, connected: boolean, };

export type FirstStep = "devices" | "invite" | "poster" | "room";

export type StorageLimits = { 
/**
 * Of one file.
 */
file_bytes_max: number, 
/**
 * Of all that one person has sent and not deleted, or is bringing; 0: no limit.
 */
person_bytes_max: number, 
/**
 * Of all files of the box; 0: what the disk has. Whatever this says, some of the disk stays free.
 */
all_bytes_max: number, };

export type Settings = { registration_open: boolean, 
/**
 * Off: a second sign-in ends the first.
 */
several_devices: boolean, 
/**
 * Off: nobody comes as a guest, and whoever was one has gone.
 */
guests: boolean, 
/**
 * The name of the Wi-Fi that leads to the box, for the poster; empty: none.
 */
wifi_name: string, 
/**
 * Its key; empty: an open network.
 */
wifi_key: string, 
/**
 * Whether the network does not tell its name.
 */
wifi_hidden: boolean, 
/**
 * Which of the first steps are done, in their order; all of them also where they were put away.
 */
steps_done: Array<FirstStep>, 
/**
 * Of one file.
 */
file_bytes_max: number, 
/**
 * Of all that one person has sent and not deleted, or is bringing; 0: no limit.
 */
person_bytes_max: number, 
/**
 * Of all files of the box; 0: what the disk has. Whatever this says, some of the disk stays free.
 */
all_bytes_max: number, };

export type PatchSettings = { registration_open?: boolean, several_devices?: boolean, guests?: boolean, wifi_name?: string, wifi_key?: string, wifi_hidden?: boolean, 
/**
 * These too are done: none is ever taken back.
 */
steps_done?: Array<FirstStep>, file_bytes_max?: number, person_bytes_max?: number, all_bytes_max?: number, };

export type SeenBy = { 
/**
 * Whether the asker's receipts are on: without, nobody is told of.
 */
receipts: boolean, count: number, 
/**
 * At most [`SEEN_BY_MAX`](super::limits::SEEN_BY_MAX) of them, by id.
 */
by: Array<UserId>, };

export type ListedRoom = { id: RoomId, name: string, member_count: number, joined: boolean, 
/**
 * Whether guests may be in it.
 */
guests: boolean, };

export type Member = { user: UserId, role: RoomRole, joined_at: number, };

export type Draft = { room: RoomId, body: string, };

export type Drafts = { drafts: Array<Draft>, };

export type HistoryPage = { messages: Array<Message>, more_before: boolean, more_after: boolean, };

export type RoomPage = { rooms: Array<Room>, more: boolean, };

export type HeardBy = { message: Seq, 
/**
 * Of one's own: at most [`HEARD_BY_MAX`](super::limits::HEARD_BY_MAX) people, by id. Of others': oneself.
 */
by: Array<UserId>, };

export type HeardMarks = { heard: Array<HeardBy>, };

export type Emoji = string;

export type Mention = { 
/**
 * What stands behind the `@` in the text.
 */
name: string, 
/**
 * None: all who are in the room.
 */
user?: UserId, };

export type Reaction = [Emoji, number];

export type ReactedBy = { emoji: Emoji, count: number, 
/**
 * The first of them, at most [`REACTED_BY_MAX`](super::limits::REACTED_BY_MAX); to a guest those they share the room with.
 */
by: Array<UserId>, };

export type Reactions = { reactions: Array<ReactedBy>, };

export type AttachmentMarks = { 
/**
 * Which of the message's attachments.
 */
place: number, name: Array<[number, number]>, alt: Array<[number, number]>, };

export type Hit = { message: Message, 
/**
 * [start, end) in UTF-16 code units of the body.
 */
marks: Array<[number, number]>, 
/**
 * The same in what is said of its attachments: those in which something was found.
 */
attachment_marks?: Array<AttachmentMarks>, };

export type SearchPage = { hits: Array<Hit>, 
/**
 * The `cursor` of the next page.
 */
next: string | null, 
/**
 * Words and names at the end of the query that were too many and were left out.
 */
cut: number, };

export type SessionEnd = "account_deleted" | "account_deleted_by_owner" | "password_changed" | "signed_out" | "signed_out_by_owner" | "stay_ended" | "taken_over";

export type ErrorBody = { error: ErrorDetail, };

export type ErrorDetail = { code: ErrorCode, message: string, retry_ms?: number, 
/**
 * With `not_signed_in`, where the request came with a session that has ended: why.
 */
ended?: SessionEnd, 
/**
 * With `in_use_elsewhere`: where.
 */
sessions?: Array<Session>, 
/**
 * Where an upload is refused for what it would take: bytes that one may have, of this file or by this limit.
 */
limit_bytes?: number, 
/**
 * The same: bytes that are left of that.
 */
left_bytes?: number, };

export type UserAnswer = { user: User, };

export type StorageBound = "all" | "disk" | "person";

export type UploadLimits = { 
/**
 * Bytes of one file.
 */
file_bytes_max: number, 
/**
 * Bytes of this person's; 0: no limit.
 */
person_bytes_max: number, 
/**
 * Bytes that may still be brought, of all files together.
 */
left_bytes: number, 
/**
 * What says so.
 */
bound: StorageBound, };

export type StorageOf = { user: UserId, bytes: number, };

export type Storage = { 
/**
 * Bytes of the disk, and of it those that are free.
 */
disk_bytes: number, free_bytes: number, 
/**
 * Bytes of the disk that files leave free, whatever the owner says.
 */
kept_free_bytes: number, 
/**
 * Bytes of all files that were sent, each once; none while they are counted, right after a start.
 */
files_bytes: number | null, 
/**
 * Uploads that are not complete, and the bytes they will have.
 */
unfinished: number, unfinished_bytes: number, 
/**
 * Whoever has sent the most and not deleted it, the most first; each pays for what they send, also where another
 * has sent the same.
 */
people: Array<StorageOf>, 
/**
 * Bytes of all others.
 */
others_bytes: number, };

export type DoorKind = "address" | "alias" | "extra" | "name";

export type Door = { url: string, 
/**
 * The same door without TLS: for a device that may not trust the box yet.
 */
plain: string, kind: DoorKind, };

export type DoorList = { 
/**
 * The likeliest to work first.
 */
doors: Array<Door>, 
/**
 * The fingerprint in words; empty where the owner brought a certificate.
 */
words: Array<string>, 
/**
 * The same words in Chinese, one for each.
 */
words_zh: Array<string>, 
/**
 * SHA-256 of the box's own CA; null where the owner brought a certificate.
 */
fingerprint: string | null, };

export type ClockTrust = "synchronized" | "plausible" | "behind" | "ahead";

export type BoxClock = { 
/**
 * The time by which the box lives, in milliseconds since 1970.
 */
now: number, trust: ClockTrust, 
/**
 * Whether `PUT` would set the system's clock now.
 */
can_set: boolean, };

export type SetClock = { 
/**
 * The right time, in milliseconds since 1970.
 */
now: number, };

export type Check = "ports" | "addresses" | "multicast" | "responders" | "name" | "clock" | "certificate" | "disk_space" | "disk_speed" | "open_files" | "data_folder" | "files";

export type Level = "ok" | "warning" | "problem";

export type Finding = "addresses_found" | "addresses_link_local" | "addresses_none" | "addresses_several" | "certificate_absent" | "certificate_broken" | "certificate_ended" | "certificate_ends" | "certificate_good" | "certificate_lacks" | "certificate_own_broken" | "certificate_own_ended" | "certificate_own_ends" | "certificate_own_good" | "certificate_own_unanswered" | "clock_ahead" | "clock_behind" | "clock_right" | "clock_unsynchronized" | "data_folder_denied" | "data_folder_elsewhere" | "data_folder_good" | "data_folder_in_memory" | "data_folder_missing" | "data_folder_new" | "data_folder_open" | "data_folder_read_only" | "data_folder_remote" | "database_broken" | "database_failing" | "database_full" | "database_gone" | "database_good" | "database_lost" | "database_newer" | "disk_space_full" | "disk_space_good" | "disk_space_low" | "disk_speed_bad" | "disk_speed_failed" | "disk_speed_good" | "disk_speed_slow" | "files_good" | "files_missing" | "files_no_space" | "files_removed" | "files_uncounted" | "multicast_nowhere" | "multicast_off" | "multicast_unheard" | "multicast_unneeded" | "multicast_unsent" | "multicast_v6" | "multicast_works" | "name_free" | "name_held" | "name_looking" | "name_off" | "name_taken" | "name_unheard" | "open_files_good" | "open_files_low" | "port_denied" | "port_fallback" | "port_free" | "port_held" | "port_silent" | "port_taken" | "port_unusable" | "responders_beside" | "responders_exclusive" | "responders_none" | "unchecked";

export type Checked = { check: Check, level: Level, finding: Finding, 
/**
 * What the sentences are filled with; an empty one is not known.
 */
values: { [key in string]: string }, 
/**
 * An English sentence, filled in.
 */
says: string, 
/**
 * What to do, in English; empty where nothing is.
 */
advice: string, };

export type Report = { checks: Array<Checked>, };

export type Ident = string;

export type ErrorText = string;

export type StackFrame = string;

export type Beacon = { 
/**
 * The page's, which may be older than the box.
 */
version: Ident, errors: Array<BeaconError>, 
/**
 * How long it took until the largest part of the page was drawn (LCP), once for each time it was loaded.
 */
load_ms?: number, 
/**
 * How long nearly all answers to a press took at most (INP), once for each time the page was loaded.
 */
interaction_ms?: number, 
/**
 * Times that the page stood still for longer than 50 ms.
 */
long_tasks: number, 
/**
 * The longest of them.
 */
longest_ms: number, 
/**
 * Connections that broke.
 */
lost: number, };

export type BeaconError = { name: Ident, text: ErrorText, stack: Array<StackFrame>, 
/**
 * The kind of screen that was shown.
 */
screen: Ident, count: number, };

export type Monitored = { 
/**
 * The latest first.
 */
errors: Array<PageError>, times: PageTimes, 
/**
 * The same by device.
 */
devices: Array<DeviceTimes>, };

export type PageError = { name: Ident, text: ErrorText, 
/**
 * Of the latest.
 */
stack: Array<StackFrame>, count: number, first_at: number, last_at: number, seen: Array<ErrorSeen>, };

export type ErrorSeen = { version: Ident, 
/**
 * Browser and system, as in "Chrome on Android".
 */
device: string, screen: Ident, count: number, };

export type PageTimes = { loads: number, 
/**
 * What three of four were within; null where there was none.
 */
load_ms_p75: number | null, 
/**
 * Loads of more than four seconds.
 */
slow_loads: number, interactions: number, interaction_ms_p75: number | null, long_tasks: number, longest_ms: number, lost: number, };

export type DeviceTimes = { device: string, times: PageTimes, };
