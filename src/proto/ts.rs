//! Writes what the page takes from this folder, and checks that the committed files are current: its types, the limits
//! that it keeps by itself, and the tables by which both fold texts, with examples for the page's tests.

use ts_rs::{Config, TS};

use super::{
    account, attachment, brought, client, clock, code, doctor, door, event, fold, heard, limits, mention, monitor,
    permit, reaction, receipt, role, room, server, session_end, storage,
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/");

fn typescript() -> String {
    let config = Config::default();
    let mut text = String::from("// Generated from src/proto by `cargo xtask types`. Do not edit.\n");
    let mut add = |declaration: String| text.push_str(&format!("\nexport {declaration}\n"));
    macro_rules! types { ($($t:ty),* $(,)?) => { $(add(<$t>::decl(&config));)* } }
    types!(
        super::id::UserId,
        super::id::RoomId,
        super::id::Seq,
        super::id::Epoch,
        super::id::SessionId,
        super::id::InviteId,
        super::id::TabId,
        super::id::ClientMsgId,
        super::text::RawBody,
        super::blob::UploadId,
        super::blob::FileName,
        attachment::PictureFacts,
        attachment::Voice,
        attachment::AttachmentKind,
        attachment::Attachment,
        attachment::AttachmentType,
        attachment::Attached,
        attachment::NewAttachment,
        brought::Brought,
        brought::Gallery,
        code::ErrorCode,
        client::Access,
        client::Command,
        client::ClientMessage,
        role::BoxRole,
        role::RoomRole,
        server::User,
        room::Notify,
        room::RoomKind,
        permit::Act,
        room::RoomSettings,
        room::RoomSetting,
        receipt::Receipt,
        receipt::RoomReceipt,
        server::LastMessage,
        server::Room,
        server::Resume,
        event::Quote,
        event::Message,
        event::EventKind,
        event::Event,
        server::ServerMessage,
        account::Registration,
        account::BoxInfo,
        account::CookieProbe,
        account::Credentials,
        account::PatchMe,
        account::DeleteMe,
        account::Me,
        account::InviteRole,
        account::NewInvite,
        account::Invite,
        account::Invited,
        account::Join,
        account::PatchPerson,
        account::ResetPassword,
        account::CodeAnswer,
        account::Session,
        account::FirstStep,
        storage::StorageLimits,
        account::Settings,
        account::PatchSettings,
        receipt::SeenBy,
        account::ListedRoom,
        account::Member,
        account::Draft,
        account::Drafts,
        account::HistoryPage,
        account::RoomPage,
        heard::HeardBy,
        heard::HeardMarks,
        reaction::Emoji,
        mention::Mention,
        reaction::Reaction,
        reaction::ReactedBy,
        reaction::Reactions,
        account::AttachmentMarks,
        account::Hit,
        account::SearchPage,
        session_end::SessionEnd,
        account::ErrorBody,
        account::ErrorDetail,
        account::UserAnswer,
        storage::StorageBound,
        storage::UploadLimits,
        storage::StorageOf,
        storage::Storage,
        door::DoorKind,
        door::Door,
        door::DoorList,
        clock::ClockTrust,
        clock::BoxClock,
        clock::SetClock,
        doctor::Check,
        doctor::Level,
        doctor::Finding,
        doctor::Checked,
        doctor::Report,
        monitor::Ident,
        monitor::ErrorText,
        monitor::StackFrame,
        monitor::Beacon,
        monitor::BeaconError,
        monitor::Monitored,
        monitor::PageError,
        monitor::ErrorSeen,
        monitor::PageTimes,
        monitor::DeviceTimes,
    );
    text
}

/// What the page refuses or cuts before the box would, and how long it waits.
fn page_limits() -> String {
    macro_rules! constants {
        ($($module:ident::$name:ident),* $(,)?) => {
            [$(format!("export const {} = {}\n", stringify!($name), $module::$name)),*].concat()
        };
    }
    let constants = constants!(
        client::PROTOCOL_VERSION,
        limits::ADD_MEMBERS_MAX,
        limits::ATTEMPT_KEPT_MS,
        limits::ALT_CHARS_MAX,
        limits::ATTACHMENTS_MAX,
        limits::BEACON_ERRORS_MAX,
        limits::BODY_CHARS_MAX,
        limits::CLIENT_FRAME_BYTES_MAX,
        limits::ERROR_TEXT_CHARS_MAX,
        limits::FILE_BYTES_MAX,
        limits::FILE_BYTES_MAX_LEAST,
        limits::HEARD_ASKED_MAX,
        limits::HEARD_BY_MAX,
        limits::IDENT_BYTES_MAX,
        limits::INVITE_NOTE_CHARS_MAX,
        limits::INVITE_ROOMS_MAX,
        limits::NAME_MARKS_MAX,
        limits::PREVIEW_CHARS_MAX,
        limits::QUERY_CHARS_MAX,
        limits::QUOTE_CHARS_MAX,
        limits::REACTED_BY_MAX,
        limits::REACTION_KINDS_MAX,
        limits::ROOM_NAME_CHARS_MAX,
        limits::STACK_FRAMES_MAX,
        limits::STACK_FRAME_BYTES_MAX,
        limits::USER_NAME_CHARS_MAX,
        limits::VOICE_LEVELS_MAX,
        limits::VOICE_MS_MAX,
        limits::WIFI_NAME_BYTES_MAX,
    );
    format!(
        "// Generated from src/proto by `cargo xtask types`. Do not edit. Each has its reason in src/proto/limits.rs.\n\n\
         {constants}\
         export const HEARTBEAT_INTERVAL_MS = {}\n\
         export const HEARTBEAT_TTL_MS = {}\n",
        limits::HEARTBEAT_INTERVAL.as_millis(),
        limits::HEARTBEAT_TTL.as_millis(),
    )
}

/// See [`fold`].
fn fold_table() -> String {
    let escaped = |c: char| format!("\\u{{{:x}}}", u32::from(c));
    let class = |ranges: &[std::ops::RangeInclusive<char>]| -> String {
        ranges.iter().map(|range| format!("{}-{}", escaped(*range.start()), escaped(*range.end()))).collect()
    };
    let letters = fold::LETTERS.iter().map(|(letter, plain)| format!("\n  ['{letter}', '{plain}'],"));
    format!(
        "// Generated from src/proto/fold.rs by `cargo xtask types`. Do not edit.\n\n\
         /** Letters, and what is typed for them. */\n\
         export const LETTERS: ReadonlyMap<string, string> = new Map([{}\n])\n\n\
         /** Characters that make no difference. */\n\
         export const DROPPED = /[{}]/u\n\n\
         /** Letters from which accents are taken. */\n\
         export const BARE = /[{}]/u\n",
        letters.collect::<String>(),
        class(fold::DROPPED),
        class(fold::BARE),
    )
}

#[test]
fn generated_types_are_current() {
    let examples = serde_json::to_string_pretty(&fold::examples()).expect("plain text");
    for (name, fresh) in [
        ("protocol.ts", typescript()),
        ("limits.ts", page_limits()),
        ("parts/foldTable.ts", fold_table()),
        ("parts/foldExamples.json", examples + "\n"),
    ] {
        let path = format!("{FOLDER}{name}");
        if std::env::var_os("PORCH_WRITE_TYPES").is_some() {
            std::fs::write(&path, &fresh).expect("ui/src can be written");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == fresh, "ui/src/{name} is stale: run `cargo xtask types`");
    }
}
