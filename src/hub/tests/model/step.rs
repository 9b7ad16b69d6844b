//! One step of a made-up day: four bytes, so that a fuzzer, a property test and a seed file all speak the same.

/// Something that happens. Numbers choose among what there is; the world takes them modulo its size.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    AddMembers {
        device: u8,
        room: u8,
        people: u8,
    },
    Archive {
        device: u8,
        room: u8,
        archived: bool,
    },
    /// A connection is opened and says hello.
    Arrive {
        device: u8,
    },
    /// A guest comes by an invite to some of the rooms, where they are open to guests.
    BringGuest {
        rooms: u8,
    },
    /// The store's thread commits so many changes.
    Commit {
        count: u8,
    },
    /// A connection is opened and says nothing.
    Connect {
        device: u8,
    },
    /// The process dies and starts anew: what is not committed is lost, and every connection.
    Crash,
    CreateRoom {
        device: u8,
        open: bool,
        people: u8,
    },
    Delete {
        device: u8,
        room: u8,
        message: u8,
    },
    DeleteUser {
        person: u8,
    },
    Disconnect {
        device: u8,
    },
    /// With other words than before, or with the same.
    Edit {
        device: u8,
        room: u8,
        message: u8,
    },
    EndSession {
        device: u8,
        taken_over: bool,
    },
    EndStay {
        person: u8,
    },
    /// Every guest is sent home.
    EndStays,
    /// The store's thread fails to commit so many changes.
    Fail {
        count: u8,
        full: bool,
    },
    /// The owner takes no guests any more: who is here is sent home next.
    GuestsOff,
    /// The names of guests who have gone are kept no longer.
    ForgetGuests,
    /// So many commands at once.
    Flood {
        device: u8,
        count: u8,
    },
    /// A connection that is closed already is still heard of.
    Ghost {
        conn: u8,
        lagging: bool,
    },
    /// Of one room into another, or the same; some of them a second time.
    Forward {
        device: u8,
        room: u8,
        message: u8,
    },
    Hello {
        device: u8,
        how: Hello,
        /// As the same tab as all that are copied.
        copied: bool,
    },
    Join {
        device: u8,
        room: u8,
    },
    Lag {
        device: u8,
    },
    Leave {
        device: u8,
        room: u8,
    },
    MakeMember {
        person: u8,
    },
    MarkHeard {
        device: u8,
        room: u8,
        message: u8,
    },
    /// Of the box.
    MakeOwner {
        person: u8,
    },
    OpenDirect {
        device: u8,
        person: u8,
    },
    OpenToGuests {
        device: u8,
        room: u8,
        guests: bool,
    },
    Read {
        device: u8,
        room: u8,
        back: u8,
    },
    /// What returning clients missed is read, or cannot be.
    ReadMissed {
        fails: bool,
    },
    /// Pins a message, or does so no more.
    Pin {
        device: u8,
        room: u8,
        message: u8,
    },
    /// Puts an emoji to a message, or takes it back.
    React {
        device: u8,
        room: u8,
        message: u8,
    },
    Register,
    RemoveMember {
        device: u8,
        room: u8,
        person: u8,
    },
    /// The owner removes the rooms that somebody made.
    RemoveRooms {
        person: u8,
    },
    Rename {
        device: u8,
        room: u8,
    },
    RenameUser {
        person: u8,
    },
    Send {
        device: u8,
        room: u8,
        empty: bool,
    },
    /// The same as an earlier message, word for word or with other words.
    SendAgain {
        device: u8,
        room: u8,
        back: u8,
    },
    SetNotify {
        device: u8,
        room: u8,
        what: u8,
    },
    SetReceipts {
        person: u8,
        on: bool,
    },
    SetRole {
        device: u8,
        room: u8,
        person: u8,
        owner: bool,
    },
    RevokeOwner {
        person: u8,
    },
    /// Everything under way comes to its end.
    Settle,
    /// So many answers of the store reach the hub.
    Tell {
        count: u8,
    },
    KeepDraft {
        device: u8,
        room: u8,
        what: u8,
    },
    Typing {
        device: u8,
        room: u8,
    },
    Wait {
        ms: u16,
    },
}

/// How a client greets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Hello {
    /// With more than there is.
    Ahead,
    Fresh,
    /// From where it left off.
    Resume,
    /// In a version of the future.
    Version,
}

impl Step {
    /// Bytes of one step.
    pub(crate) const BYTES: usize = 4;

    /// Every four bytes are a step; the likely ones have more first bytes.
    pub(crate) fn decode([kind, a, b, c]: [u8; Self::BYTES]) -> Self {
        match kind % 64 {
            0..=9 => Self::Send { device: a, room: b, empty: c > 250 },
            10 | 11 => Self::React { device: a, room: b, message: c },
            12 => Self::SendAgain { device: a, room: b, back: c },
            13 => Self::Delete { device: a, room: b, message: c },
            14 if a >= 128 => Self::Pin { device: a, room: b, message: c },
            14 => Self::Edit { device: a, room: b, message: c },
            15 => Self::Forward { device: a, room: b, message: c },
            16 => Self::Read { device: a, room: b, back: c },
            17 if c >= 96 => Self::MarkHeard { device: a, room: b, message: c },
            17 if c >= 40 => Self::KeepDraft { device: a, room: b, what: c },
            17 => Self::Typing { device: a, room: b },
            18 | 19 => Self::CreateRoom { device: a, open: c < 160, people: b },
            20 => Self::OpenDirect { device: a, person: b },
            21 if c >= 128 => Self::SetNotify { device: a, room: b, what: c },
            21 => Self::Rename { device: a, room: b },
            22 => Self::Archive { device: a, room: b, archived: c < 128 },
            23 | 24 => Self::Join { device: a, room: b },
            25 => Self::Leave { device: a, room: b },
            26 => Self::RemoveMember { device: a, room: b, person: c },
            27 => Self::AddMembers { device: a, room: b, people: c },
            28 => Self::SetRole { device: a, room: b, person: c, owner: c < 160 },
            29 => Self::Flood { device: a, count: b },
            30..=34 => Self::Arrive { device: a },
            35 => Self::Connect { device: a },
            36 => Self::Hello {
                device: a,
                how: [Hello::Resume, Hello::Fresh, Hello::Ahead, Hello::Version][b as usize % 4],
                copied: b >= 128,
            },
            37..=39 => Self::Disconnect { device: a },
            40 => Self::Lag { device: a },
            41 => Self::EndSession { device: a, taken_over: b < 128 },
            42 => Self::Ghost { conn: a, lagging: b < 64 },
            43..=47 => Self::Commit { count: a % 16 },
            48 => Self::Fail { count: a % 8, full: b < 128 },
            49..=53 => Self::Tell { count: a % 16 },
            54 => Self::ReadMissed { fails: a > 224 },
            55..=57 => Self::Wait { ms: u16::from_be_bytes([a, b]) % 5_000 },
            58 if b < 96 => Self::Register,
            58 => Self::BringGuest { rooms: a },
            59 if b < 64 => Self::DeleteUser { person: a },
            60 if b < 64 => Self::MakeOwner { person: a },
            60 if b < 128 => Self::RevokeOwner { person: a },
            59 | 60 => Self::RenameUser { person: a },
            61 if a < 64 => Self::Crash,
            61 if a < 160 => Self::SetReceipts { person: b, on: c < 128 },
            62 => Self::OpenToGuests { device: a, room: b, guests: c < 192 },
            63 if b < 96 => Self::EndStay { person: a },
            63 if b < 160 => Self::MakeMember { person: a },
            63 if b < 176 => Self::EndStays,
            63 if b < 192 => Self::ForgetGuests,
            63 if b < 208 => Self::GuestsOff,
            63 if b < 224 => Self::RemoveRooms { person: a },
            63 => Self::BringGuest { rooms: a },
            _ => Self::Settle,
        }
    }

    /// As many steps as the bytes hold.
    pub(crate) fn decode_all(bytes: &[u8]) -> impl Iterator<Item = Self> {
        bytes.as_chunks::<{ Self::BYTES }>().0.iter().copied().map(Self::decode)
    }
}
