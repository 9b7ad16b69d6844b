//! Writes `ui/src/protocol.ts` from the types of this folder, and checks that the committed one is current.

use ts_rs::{Config, TS};

use super::{account, client, clock, code, doctor, door, server};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/protocol.ts");

fn typescript() -> String {
    let config = Config::default();
    let mut text = String::from("// Generated from src/proto by `cargo xtask types`. Do not edit.\n");
    let mut add = |declaration: String| text.push_str(&format!("\nexport {declaration}\n"));
    macro_rules! types { ($($t:ty),* $(,)?) => { $(add(<$t>::decl(&config));)* } }
    types!(
        super::id::UserId,
        super::id::RoomId,
        super::id::Seq,
        super::id::SessionId,
        super::id::InviteId,
        super::id::ClientMsgId,
        super::text::RawBody,
        code::ErrorCode,
        client::Access,
        client::ClientMessage,
        server::Role,
        server::User,
        server::RoomKind,
        server::LastMessage,
        server::Room,
        server::Message,
        server::Resume,
        server::Event,
        server::ServerMessage,
        account::Registration,
        account::BoxInfo,
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
        account::Session,
        account::Settings,
        account::PatchSettings,
        account::ListedRoom,
        account::Member,
        account::HistoryPage,
        account::Hit,
        account::SearchPage,
        account::ErrorBody,
        account::ErrorDetail,
        account::UserAnswer,
        door::DoorKind,
        door::Door,
        door::DoorList,
        clock::ClockTrust,
        clock::Clock,
        clock::SetClock,
        doctor::Check,
        doctor::Level,
        doctor::Finding,
        doctor::Checked,
        doctor::Report,
    );
    text
}

#[test]
fn generated_types_are_current() {
    let fresh = typescript();
    if std::env::var_os("PORCH_WRITE_TYPES").is_some() {
        std::fs::write(FILE, &fresh).expect("ui/src can be written");
    }
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(committed == fresh, "ui/src/protocol.ts is stale: run `cargo xtask types`");
}
