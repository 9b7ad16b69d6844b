use proptest::prelude::*;

use super::super::{Cursor, Filters, Query};
use super::nasty::Talk;
use super::*;
use crate::proto::account::{Hit, SearchPage};
use crate::proto::limits::{
    SEARCH_COST_MAX, SEARCH_PAGE_MAX, SEARCH_ROOMS_AT_ONCE, SEARCH_ROW_COST, SEARCH_STEP_COST_MAX,
};

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
fn finds(fixture: &Fixture, asker: UserId, query: &str, ids: &[u64]) {
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
            fixture.apply(Op::Room(RoomOp::RemoveMember { room, user: users[1] }));
        }
    }
    finds(&fixture, users[0], "between", &[2, 1]);
}

/// A page and what it cost.
fn cost(fixture: &Fixture, asker: UserId, query: &str, cursor: Option<&String>) -> (SearchPage, u32) {
    let query = Query::parse(query, Filters::default()).unwrap();
    let cursor = cursor.map(|cursor| Cursor::try_from(cursor.clone()).unwrap());
    fixture.read(|reader| {
        reader.searched(asker, &query, &|| false, |search| Ok((search.page(cursor, 20)?, search.cost())))
    })
}

#[test]
fn neither_cost_nor_answer_tells_of_rooms_one_is_not_in() {
    let words = "the secret plan of w1 天气";
    let asked = ["secret", "sec*", "w*", "天", "天气", "\"secret plan\"", "nothing", "from:Ada plan", "from:Ada"];
    // What Eve hears and what it costs: before others write in a room of theirs, while the index does not have that yet,
    // and when it has. In `theirs` are the words that she looks for.
    let heard = |theirs: &str, eve_is_there: bool| {
        let (fixture, users) = Fixture::with(&["Ada", "Eve"]);
        let room = fixture.room(RoomKind::Closed, users[0], &users[..1 + usize::from(eve_is_there)]);
        let write = |room, id: &str, body: &str, count: usize| {
            for part in 0..count.div_ceil(500) {
                let ids = (part * 500..count.min(part * 500 + 500)).map(|i| format!("{id}{i}"));
                fixture.apply_all(ids.map(|id| append(room, users[0], &id, body)));
            }
        };
        let ask = || asked.map(|query| cost(&fixture, users[1], query, None));
        write(EVERYONE, "a", words, 30);
        write(EVERYONE, "b", "something else", 600);
        fixture.index();
        let before = ask();
        write(room, "c", theirs, 3_000);
        let meanwhile = ask();
        fixture.index();
        (before, meanwhile, ask())
    };
    for theirs in [words, "other words altogether"] {
        let (before, meanwhile, after) = heard(theirs, false);
        assert!(before == after, "{theirs}");
        for ((page, cost), (page_before, cost_before)) in meanwhile.iter().zip(&before) {
            assert_eq!(page, page_before, "{theirs}");
            // Where the index lags, the register is asked once for each of the asker's rooms, whatever is in others.
            assert!([0, SEARCH_ROW_COST].contains(&(cost - cost_before)), "{theirs}: {cost}, {cost_before}");
        }
    }
    let (before, _, after) = heard(words, true);
    assert!(before != after, "whoever is in the room");
}

#[test]
fn equal_words_cost_once() {
    let (fixture, ada) = talk();
    fixture.apply_all((0..2_000).map(|i| append(EVERYONE, ada, &format!("n{i}"), &format!("w{i} x"))));
    fixture.index();
    let (once, often) = (cost(&fixture, ada, "w* zz", None), cost(&fixture, ada, &("w* ".repeat(16) + "zz"), None));
    assert_eq!(often, once);
}

#[test]
fn each_beginning_that_is_gathered_is_counted() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    // A block of one row, which is gone through for each of them.
    fixture.apply_all((0..60).map(|i| append(EVERYONE, users[0], &format!("m{i}"), &format!("aa bb cc dd number{i}"))));
    fixture.index();
    let [one, five] = ["zz*", "a* b* c* d* zz*"].map(|query| cost(&fixture, users[0], query, None));
    assert_eq!((one.0.hits.len(), five.0.hits.len()), (0, 0));
    assert!(five.1 >= one.1 + 4, "{} and {}", one.1, five.1);
}

#[test]
fn every_query_ends_within_its_cost_and_comes_to_an_end() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace"]);
    let mut talk = Talk::new(11);
    let rooms: Vec<RoomId> = (0..40).map(|i| fixture.room(RoomKind::Closed, users[i % 2], &users)).collect();
    for part in 0..2_u64 {
        let ops: Vec<Op> = (0..2_000_u64)
            .map(|i| {
                let room = rooms[talk.random.below(rooms.len() as u64) as usize];
                append(
                    if i % 3 == 0 { EVERYONE } else { room },
                    users[(i % 2) as usize],
                    &format!("{part}-{i}"),
                    &talk.body(),
                )
            })
            .collect();
        for some in ops.chunks(500) {
            fixture.apply_all(some.iter().cloned());
        }
        // The rest is read message by message.
        if part == 0 {
            fixture.index();
        }
    }
    let names = ["Ada", "Grace", "Kitchen", "nobody"].map(str::to_owned);
    let mut worst = 0;
    for _ in 0..150 {
        let query = talk.query(&names);
        let (mut cursor, mut calls, mut last) = (None, 0, u64::MAX);
        loop {
            let (page, cost) = cost(&fixture, users[0], &query, cursor.as_ref());
            worst = worst.max(cost);
            assert!(cost <= SEARCH_COST_MAX + SEARCH_STEP_COST_MAX, "{cost}: {query}");
            for hit in &page.hits {
                assert!(hit.message.id.0 < last, "{query}");
                last = hit.message.id.0;
            }
            calls += 1;
            assert!(calls < 1_000, "{query}");
            cursor = page.next;
            if cursor.is_none() || calls > 20 && !page.hits.is_empty() {
                break;
            }
        }
    }
    assert!(worst > SEARCH_COST_MAX / 100, "for this test to mean anything: {worst}");
}

#[test]
fn a_search_that_nobody_waits_for_is_given_up() {
    let (fixture, ada) = talk();
    fixture.apply_all((0..2_000).map(|i| append(EVERYONE, ada, &format!("n{i}"), "b a b a")));
    for _ in 0..2 {
        let query = Query::parse("\"a a\"", Filters::default()).unwrap();
        let asked = std::cell::Cell::new(0);
        let left = || asked.replace(asked.get() + 1) > 10;
        let page = fixture.read(|reader| reader.search(ada, &query, (None, 20), left));
        assert!(page.next.is_some() && asked.get() < 20, "{}", asked.get());
        let page = fixture.read(|reader| reader.search(ada, &query, (None, 20), || false));
        assert_eq!(page.next, None, "where somebody waits");
        fixture.index();
    }
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
        let member = "INSERT INTO members (room, user, owner, joined_at, read_n) VALUES (?1, ?2, 0, 0, 0)";
        change.execute(member, numbers).unwrap();
    }
    change.commit().unwrap();
    drop(db);
    (fixture.reopen(), users, rooms)
}

#[test]
fn a_page_that_begins_within_many_blocks_ends_within_its_cost() {
    let (fixture, users, rooms) = in_rooms(700);
    // All beginnings are in each block, and only the last one of them in no message with the others.
    let most: String = ('a'..'p').map(|c| format!("{c}{} ", "y".repeat(45))).collect();
    for round in 0..4 {
        let body = if round == 1 { "p" } else { &most };
        let ops = rooms.iter().map(|&room| {
            append(
                room,
                users[0],
                &format!("{room}-{round}"),
                &format!(
                    "{body} {}",
                    (0..9).map(|i| format!("q{room}{round}{i}{} ", "z".repeat(40))).collect::<String>()
                ),
            )
        });
        fixture.apply_all(ops);
    }
    fixture.index();
    let query: String = ('a'..='p').map(|c| format!("{c}* ")).collect();
    let (mut cursor, mut calls) = (Some("2500".to_owned()), 0);
    while let Some(from) = cursor {
        let (page, cost) = cost(&fixture, users[0], &query, Some(&from));
        assert!(cost <= SEARCH_COST_MAX + SEARCH_STEP_COST_MAX, "{cost}");
        assert_ne!(page.next.as_ref(), Some(&from));
        (cursor, calls) = (page.next, calls + 1);
    }
    assert!((2..1_000).contains(&calls), "for this test to mean anything: {calls}");
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
fn a_deleted_message_is_gone_from_the_results_and_from_the_index_file() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.send(EVERYONE, users[0], "a", "the secret is xyzzyplugh, 秘密部署");
    fixture.send(EVERYONE, users[0], "b", "a wellknownword");
    fixture.index();
    finds(&fixture, users[0], "xyzzyplugh", &[1]);
    fixture.apply(Op::Message(MessageOp::Delete {
        room: EVERYONE,
        message: Seq(1),
        by: users[0],
        whose: Whose::Anyones,
        at: NOON,
    }));
    finds(&fixture, users[0], "xyzzyplugh", &[]);
    finds(&fixture, users[0], "from:Ada", &[2]);
    fixture.index();
    finds(&fixture, users[0], "xyzzyplugh", &[]);
    let dir = fixture.dir.path().to_owned();
    let _fixture = fixture.reopen();
    assert!(index_holds(&dir, "wellknownword"), "for this test to mean anything");
    assert!(!index_holds(&dir, "xyzzyplugh"));
    assert!(!index_holds(&dir, "秘密"));
}

fn index_holds(dir: &Path, word: &str) -> bool {
    // The index stores what a word has in common with the one before it only once.
    let end = word.char_indices().nth_back(0).map_or(0, |(at, _)| at.min(4));
    let bytes = std::fs::read(dir.join("search.db")).unwrap();
    bytes.windows(word.len() - end).any(|window| window == &word.as_bytes()[end..])
}

#[test]
fn a_deletion_that_the_index_has_not_heard_of_is_made_up_for() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.send(EVERYONE, users[0], "a", "the secret is xyzzyplugh");
    fixture.send(EVERYONE, users[0], "b", "a wellknownword");
    fixture.index();
    fixture.store.close();
    // As if the process had ended between the commit and the index.
    let db = super::super::database::open_database(fixture.dir.path()).unwrap();
    super::super::messages::delete(&db, (EVERYONE, Seq(1)), None, Whose::Anyones, NOON).unwrap();
    drop(db);
    let fixture = fixture.reopen();
    fixture.index();
    let dir = fixture.dir.path().to_owned();
    let _fixture = fixture.reopen();
    assert!(index_holds(&dir, "wellknownword"));
    assert!(!index_holds(&dir, "xyzzyplugh"));
}

#[test]
fn filters_narrow_by_author_room_and_day() {
    let (fixture, users) = Fixture::with(&["Ada", "Grace Hopper"]);
    let kitchen = fixture.room(RoomKind::Open, users[0], &[users[1]]);
    let day = 86_400_000;
    let at = |room, author, id: &str, days: i64| match append(room, author, id, "tea?") {
        Op::Message(MessageOp::Append { room, author, client_msg_id, body, .. }) => {
            Op::Message(MessageOp::Append { room, author, client_msg_id, body, sent_at: NOON + days * day })
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
    fixture.apply(Op::Account(AccountOp::Delete { user: users[1], checked: "hash of Grace Hopper".into(), at: NOON }));
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

#[test]
fn one_call_does_bounded_work_and_says_where_to_go_on() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.apply_all((0..4_000).map(|i| append(EVERYONE, users[0], &format!("m{i}"), "b a b a")));
    fixture.index();
    let mut cursor = None;
    let mut calls = 0;
    loop {
        // Every message has both words, none has the phrase.
        let page = page(&fixture, users[0], "\"a a\"", cursor.clone(), 50);
        assert!(page.hits.is_empty());
        calls += 1;
        let Some(next) = page.next else { break };
        assert_ne!(Some(&next), cursor.as_ref());
        cursor = Some(next);
    }
    assert!(calls > 1, "for this test to mean anything");
}

#[test]
fn a_missing_or_damaged_index_is_made_anew() {
    let (fixture, ada) = talk();
    fixture.index();
    fixture.store.close();
    let file = fixture.dir.path().join("search.db");
    std::fs::remove_file(&file).unwrap();
    let fixture = fixture.reopen();
    fixture.index();
    everything_is_found(&fixture, ada);
    fixture.store.close();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[200..].fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    let fixture = fixture.reopen();
    everything_is_found(&fixture, ada);
    fixture.index();
    everything_is_found(&fixture, ada);
    fixture.store.close();
    let index = rusqlite::Connection::open(&file).unwrap();
    let upto: i64 = index.query_row("SELECT indexed_upto FROM state", [], |row| row.get(0)).unwrap();
    assert_eq!(upto, i64::try_from(TALK.len()).unwrap());
}

#[test]
fn an_index_of_another_database_is_not_used() {
    let (other, _) = talk();
    other.index();
    other.store.close();
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.apply_all((0..20).map(|i| append(EVERYONE, users[0], &format!("m{i}"), "something else")));
    fixture.store.close();
    for entry in std::fs::read_dir(fixture.dir.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains("search.db") {
            std::fs::remove_file(path).unwrap();
        }
    }
    std::fs::copy(other.dir.path().join("search.db"), fixture.dir.path().join("search.db")).unwrap();
    let fixture = fixture.reopen();
    fixture.index();
    finds(&fixture, users[0], "deployment", &[]);
    assert_eq!(search(&fixture, users[0], "else").len(), 20);
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
