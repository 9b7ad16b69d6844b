//! What is found, and in what order.

use proptest::prelude::*;

use super::super::{Cursor, Filters, Query};
use super::*;
use crate::proto::account::{Hit, SearchPage};
use crate::proto::limits::{SEARCH_PAGE_MAX, SEARCH_ROOMS_AT_ONCE};

mod brought;
mod cost;
mod index;

fn search(fixture: &Fixture, asker: UserId, query: &str) -> Vec<Hit> {
    let page = page(fixture, asker, query, None, 50);
    assert_eq!(page.next, None);
    page.hits
}

fn page(fixture: &Fixture, asker: UserId, query: &str, cursor: Option<String>, limit: u32) -> SearchPage {
    let query = Query::parse(query, Filters::default()).unwrap();
    let cursor = cursor.map(|cursor| Cursor::try_from(cursor).unwrap());
    fixture.read(|reader| reader.search(asker, &query, (cursor, limit), || false))
}

#[track_caller]
pub(super) fn finds(fixture: &Fixture, asker: UserId, query: &str, ids: &[u64]) {
    let found: Vec<u64> = search(fixture, asker, query).iter().map(|hit| hit.message.id.0).collect();
    assert_eq!(found, ids, "{query}");
}

/// What is marked in the only hit.
#[track_caller]
fn marked(fixture: &Fixture, asker: UserId, query: &str) -> Vec<String> {
    let hits = search(fixture, asker, query);
    assert_eq!(hits.len(), 1, "{query}");
    let units: Vec<u16> = hits[0].message.body.encode_utf16().collect();
    let part = |&[start, end]: &[u32; 2]| String::from_utf16(&units[start as usize..end as usize]).unwrap();
    hits[0].marks.iter().map(part).collect()
}

const TALK: [&str; 8] = [
    "The deployment is on Friday, says Grace.",
    "部署方案已经通过，明天开始部署。",
    "Ｆｕｌｌ　ｗｉｄｔｈ and half width",
    "Crème brûlée 🍮 für alle",
    "明天的天气很好",
    "the plan for friday's deploy",
    "用porch聊天很方便",
    "다음 주에 서울에서 만나요",
];

fn talk() -> (Fixture, UserId) {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.apply_all((1..).zip(TALK).map(|(i, body)| append(EVERYONE, users[0], &format!("m{i}"), body)));
    (fixture, users[0])
}

fn everything_is_found(fixture: &Fixture, ada: UserId) {
    for (query, ids) in [
        ("deployment", &[1][..]),
        ("deploy", &[6, 1]),
        ("DEPLOY*", &[6, 1]),
        ("\"deploy\"", &[6]),
        ("deploy friday", &[6]),
        ("friday deploy", &[6, 1]),
        ("friday deploy* the", &[6, 1]),
        ("\"on friday\"", &[1]),
        ("\"friday on\"", &[]),
        ("full width", &[3]),
        ("creme BRULEE", &[4]),
        ("部署", &[2]),
        ("明天", &[5, 2]),
        ("天", &[7, 5, 2]),
        ("天气", &[5]),
        ("天 明", &[5, 2]),
        ("部署方案", &[2]),
        ("方案部署", &[]),
        ("署。", &[2]),
        ("porch", &[7]),
        ("用porch聊", &[7]),
        ("聊天porch", &[]),
        ("서울", &[8]),
        ("울", &[8]),
        ("nothing", &[]),
        ("from:ada 明天", &[5, 2]),
        ("from:ＡＤＡ in:hall friday", &[]),
    ] {
        finds(fixture, ada, query, ids);
    }
}

#[test]
fn words_phrases_and_chinese_are_found_before_they_are_indexed() {
    let (fixture, ada) = talk();
    everything_is_found(&fixture, ada);
}

#[test]
fn words_phrases_and_chinese_are_found_in_the_index() {
    let (fixture, ada) = talk();
    fixture.index();
    // So many that the newest ones, which are read without the index, are others.
    fixture.apply_all((0..600).map(|i| append(EVERYONE, ada, &format!("n{i}"), "🙂 0 !")));
    fixture.index();
    everything_is_found(&fixture, ada);
}

#[test]
fn what_was_found_is_marked_in_utf16() {
    let (fixture, ada) = talk();
    assert_eq!(marked(&fixture, ada, "brulee alle"), ["brûlée", "alle"]);
    assert_eq!(marked(&fixture, ada, "\"brulee fur\""), ["brûlée 🍮 für"]);
    assert_eq!(marked(&fixture, ada, "部署"), ["部署", "部署"]);
    assert_eq!(marked(&fixture, ada, "width"), ["ｗｉｄｔｈ", "width"]);
    assert_eq!(marked(&fixture, ada, "天气 气很好"), ["天气很好"]);
}

#[test]
fn only_rooms_that_the_asker_is_in_are_searched() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let room = fixture.room(RoomKind::Closed, users[0], &[users[1]]);
    fixture.send(room, users[0], "a", "between us");
    fixture.send(EVERYONE, users[0], "b", "between all");
    for indexed in [false, true] {
        finds(&fixture, users[1], "between", if indexed { &[2] } else { &[2, 1] });
        fixture.index();
        if !indexed {
            finds(&fixture, users[1], "between", &[2, 1]);
            fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: users[1], by: users[1] }));
        }
    }
    finds(&fixture, users[0], "between", &[2, 1]);
}

/// Ada, and so many rooms that she is in: entered by hand, since nobody may be put into so many.
fn in_rooms(count: usize) -> (Fixture, Vec<UserId>, Vec<RoomId>) {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.store.close();
    let db = super::super::database::open_database(fixture.dir.path()).unwrap();
    let rooms: Vec<RoomId> = (2..).take(count).map(RoomId).collect();
    let change = db.unchecked_transaction().unwrap();
    for room in &rooms {
        let numbers = [room.0, users[0].0].map(super::super::rows::sql);
        let room = "INSERT INTO rooms (id, kind, name, archived) VALUES (?1, 'closed', 'Room', ?2 < 0)";
        change.execute(room, numbers).unwrap();
        let member = "INSERT INTO members (room, user, joined_at, read_n) VALUES (?1, ?2, 0, 0)";
        change.execute(member, numbers).unwrap();
    }
    change.commit().unwrap();
    drop(db);
    (fixture.reopen(), users, rooms)
}

#[test]
fn hits_of_more_rooms_than_are_put_in_order_together_come_all() {
    let many = SEARCH_ROOMS_AT_ONCE + 5;
    let (fixture, users, rooms) = in_rooms(many);
    fixture.apply_all(rooms.iter().map(|&room| append(room, users[0], &format!("r{room}"), "tea")));
    fixture.apply_all(rooms[..9].iter().map(|&room| append(room, users[0], &format!("s{room}"), "rare")));
    for _ in 0..2 {
        for (word, count) in [("tea", many), ("rare", 9)] {
            let (mut cursor, mut found) = (None, Vec::new());
            loop {
                let page = page(&fixture, users[0], word, cursor, SEARCH_PAGE_MAX);
                assert!(page.hits.is_sorted_by(|one, next| one.message.id > next.message.id));
                found.extend(page.hits.iter().map(|hit| hit.message.id));
                let Some(next) = page.next else { break };
                cursor = Some(next);
            }
            found.sort_unstable();
            found.dedup();
            assert_eq!(found.len(), count, "{word}");
        }
        fixture.index();
    }
}

#[test]
fn letters_points_and_vowel_marks_are_found_with_or_without_and_marked() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let bodies = ["🎉 Smørrebrød in Łódź", "قال مُحَمَّد في العــربية", "אמר שָׁלוֹם לכולם", "Straße nach Þórshöfn"];
    fixture.apply_all((1..).zip(bodies).map(|(i, body)| append(EVERYONE, users[0], &format!("m{i}"), body)));
    for _ in 0..2 {
        for (query, id, mark) in [
            ("smorrebrod", 1, "Smørrebrød"),
            ("SMØRREBRØD", 1, "Smørrebrød"),
            ("lodz", 1, "Łódź"),
            ("محمد", 2, "مُحَمَّد"),
            ("العربيه", 2, "العــربية"),
            ("الع*", 2, "العــربية"),
            ("שלום", 3, "שָׁלוֹם"),
            ("strasse", 4, "Straße"),
            ("thorshofn", 4, "Þórshöfn"),
        ] {
            finds(&fixture, users[0], query, &[id]);
            assert_eq!(marked(&fixture, users[0], query), [mark], "{query}");
        }
        fixture.index();
    }
}

#[test]
fn symbols_and_emoji_are_found_and_marked() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let bodies = ["we won 🎉🎉!", "a → b", "C++ and C#", "C and +", "👩‍👩‍👧 👍🏽", "run `code` | less", "五€好"];
    fixture.apply_all((1..).zip(bodies).map(|(i, body)| append(EVERYONE, users[0], &format!("m{i}"), body)));
    for _ in 0..2 {
        for (query, ids) in [
            ("🎉", &[1][..]),
            ("won 🎉", &[1]),
            ("→", &[2]),
            ("\"a b\"", &[2]),
            ("\"a → b\"", &[2]),
            ("\"a + b\"", &[]),
            ("C++", &[3]),
            ("c#", &[3]),
            ("c", &[6, 4, 3]),
            ("+", &[4, 3]),
            ("👍", &[5]),
            ("👍🏿", &[5]),
            ("👧", &[5]),
            ("\"code less\"", &[6]),
            ("€", &[7]),
            ("🎈", &[]),
        ] {
            finds(&fixture, users[0], query, ids);
        }
        assert_eq!(marked(&fixture, users[0], "C++"), ["C++"]);
        assert_eq!(marked(&fixture, users[0], "👧"), ["👩‍👩‍👧"]);
        fixture.index();
    }
}

#[test]
fn filters_by_id_and_by_instant_narrow_like_names_and_days() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let kitchen = fixture.room(RoomKind::Open, users[0], &[users[1]]);
    let hidden = fixture.room(RoomKind::Closed, users[0], &[]);
    fixture.send(EVERYONE, users[0], "1", "tea");
    fixture.send(kitchen, users[1], "2", "tea");
    fixture.send(hidden, users[0], "3", "tea");
    let all = Filters::default();
    let finds = |filters: Filters, text: &str| -> Vec<u64> {
        let query = Query::parse(text, filters).unwrap();
        let page = fixture.read(|reader| reader.search(users[1], &query, (None, 20), || false));
        page.hits.iter().map(|hit| hit.message.id.0).collect()
    };
    for _ in 0..2 {
        assert_eq!(finds(Filters { from: Some(users[0]), ..all }, ""), [1]);
        assert_eq!(finds(Filters { from: Some(users[0]), ..all }, "tea from:Grace"), [2, 1]);
        assert_eq!(finds(Filters { room: Some(kitchen), ..all }, "tea"), [2]);
        assert_eq!(finds(Filters { room: Some(hidden), ..all }, "tea"), [0; 0], "of a room one is not in");
        assert_eq!(finds(Filters { after: Some(NOON), before: Some(NOON + 1), ..all }, ""), [2, 1]);
        assert_eq!(finds(Filters { after: Some(NOON + 1), ..all }, ""), [0; 0]);
        assert_eq!(finds(Filters { before: Some(NOON), ..all }, ""), [0; 0]);
        fixture.index();
    }
}

#[test]
fn filters_narrow_by_author_room_and_day() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace Hopper"]);
    let kitchen = fixture.room(RoomKind::Open, users[0], &[users[1]]);
    let day = 86_400_000;
    let at = |room, author, id: &str, days: i64| match append(room, author, id, "tea?") {
        Op::Message(MessageOp::Append(NewMessage { room, author, client_msg_id, body, .. })) => {
            Op::Message(MessageOp::Append(NewMessage {
                room,
                author,
                client_msg_id,
                body,
                attachments: Default::default(),
                mentions: Vec::new(),
                reply_to: None,
                sent_at: NOON + days * day,
            }))
        }
        other => other,
    };
    // The clock jumps back once.
    fixture.apply_all([
        at(EVERYONE, users[0], "1", 0),
        at(kitchen, users[1], "2", 1),
        at(EVERYONE, users[1], "3", 2),
        at(kitchen, users[0], "4", 0),
        at(EVERYONE, users[0], "5", 3),
    ]);
    let opened = fixture.apply(Op::Room(RoomOp::OpenDirect { users: [users[0], users[1]], by: users[0], at: NOON }));
    let direct = room(&opened);
    fixture.apply(at(direct, users[0], "6", 3));
    for _ in 0..2 {
        for (query, ids) in [
            ("tea from:ada", &[6, 5, 4, 1][..]),
            ("from:\"grace hopper\"", &[3, 2]),
            ("from:nobody", &[]),
            ("from:ada from:\"Grace Hopper\" in:kitchen", &[4, 2]),
            ("in:kitchen tea", &[4, 2]),
            ("in:\"grace hopper\"", &[6]),
            ("in:nowhere", &[]),
            ("before:2026-11-21", &[4, 1]),
            ("after:2026-11-21", &[6, 5, 3, 2]),
            ("after:2026-11-21 before:2026-11-22 tea", &[2]),
            ("after:2027-01-01", &[]),
        ] {
            finds(&fixture, users[0], query, ids);
        }
        fixture.index();
    }
    fixture.apply(Op::Account(AccountOp::Delete {
        user: users[1],
        by: DeletedBy::Themselves { checked: "hash of Grace Hopper".into() },
        at: NOON,
    }));
    finds(&fixture, users[0], "in:\"grace hopper\"", &[6]);
}

#[test]
fn pages_of_hits_follow_each_other_without_gap_or_repetition() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.apply_all(
        (0..700)
            .map(|i| append(EVERYONE, users[0], &format!("m{i}"), if i % 3 == 0 { "tea 茶" } else { "coffee 咖啡" })),
    );
    for _ in 0..2 {
        for query in ["tea", "\"tea\"", "茶", "te*", "from:ada 茶 tea"] {
            let (mut cursor, mut found) = (None, Vec::new());
            loop {
                let page = page(&fixture, users[0], query, cursor, 7);
                found.extend(page.hits.iter().map(|hit| hit.message.id.0));
                let Some(next) = page.next else { break };
                cursor = Some(next);
            }
            let all: Vec<u64> = (1..=700).rev().filter(|id| (id - 1) % 3 == 0).collect();
            assert_eq!(found, all, "{query}");
        }
        fixture.index();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// Against the plainest search there is. Every text is searched for in the messages read one by one and, after
    /// others have come, in the index.
    #[test]
    fn chinese_is_found_wherever_it_stands_and_nowhere_else(
        bodies in prop::collection::vec("[天明部署，a ]{1,12}", 1..60),
        queries in prop::collection::vec("[天明部署]{1,4}", 1..30),
    ) {
        let (fixture, users) = Fixture::with(&["Ada"]);
        let ops = bodies.iter().enumerate().filter(|(_, body)| Body::parse((*body).clone()).is_ok());
        fixture.apply_all(ops.map(|(i, body)| append(EVERYONE, users[0], &format!("m{i}"), body)));
        for round in 0..2 {
            if round == 1 {
                fixture.apply_all((0..400).map(|i| append(EVERYONE, users[0], &format!("n{i}"), ".")));
                fixture.index();
            }
            for query in &queries {
                let expected = bodies.iter().filter(|body| body.contains(query)).count();
                prop_assert_eq!(search(&fixture, users[0], query).len(), expected, "{}", query);
            }
        }
    }

    #[test]
    fn words_are_found_whole_and_the_last_one_by_its_beginning(
        bodies in prop::collection::vec("[abÀ]{1,2}( [abÀ]{1,2}){0,3}", 1..49),
        queries in prop::collection::vec("[abà]{1,2} [abÁ]{1,2}", 1..30),
    ) {
        let (fixture, users) = Fixture::with(&["Ada"]);
        fixture.apply_all(bodies.iter().enumerate().map(|(i, body)| append(EVERYONE, users[0], &format!("m{i}"), body)));
        fixture.apply_all((0..400).map(|i| append(EVERYONE, users[0], &format!("n{i}"), "!")));
        fixture.index();
        let bare = |text: &str| text.replace(['À', 'à', 'Á'], "a");
        for query in queries {
            let sought = bare(&query);
            let (first, last) = sought.split_once(' ').unwrap();
            let expected = bodies.iter().filter(|body| {
                let body = bare(body);
                body.split(' ').any(|word| word == first) && body.split(' ').any(|word| word.starts_with(last))
            });
            prop_assert_eq!(search(&fixture, users[0], &query).len(), expected.count());
        }
    }
}
