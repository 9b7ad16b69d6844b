use proptest::prelude::*;

use super::super::Query;
use super::*;
use crate::proto::account::{Hit, SearchPage};

fn search(fixture: &Fixture, asker: UserId, query: &str) -> Vec<Hit> {
    let page = page(fixture, asker, query, None, 50);
    assert_eq!(page.next, None);
    page.hits
}

fn page(fixture: &Fixture, asker: UserId, query: &str, cursor: Option<Seq>, limit: u32) -> SearchPage {
    let query = Query::parse(query).unwrap();
    fixture.read(|reader| reader.search(asker, &query, cursor, limit))
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
            fixture.apply(Op::RemoveMember { room, user: users[1] });
        }
    }
    finds(&fixture, users[0], "between", &[2, 1]);
}

#[test]
fn a_deleted_message_is_gone_from_the_results_and_from_the_index_file() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.send(EVERYONE, users[0], "a", "the secret is xyzzyplugh, 秘密部署");
    fixture.send(EVERYONE, users[0], "b", "a wellknownword");
    fixture.index();
    finds(&fixture, users[0], "xyzzyplugh", &[1]);
    fixture.apply(Op::DeleteMessage { room: EVERYONE, message: Seq(1), author: None, at: NOON });
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
    // FTS5 stores what a word has in common with the one before it only once.
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
    let db = super::super::schema::open_database(fixture.dir.path()).unwrap();
    super::super::messages::delete(&db, (EVERYONE, Seq(1)), None, NOON).unwrap();
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
        Op::Append { room, author, client_msg_id, body, .. } => {
            Op::Append { room, author, client_msg_id, body, sent_at: NOON + days * day }
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
    let opened = fixture.apply(Op::OpenDirect { users: [users[0], users[1]], at: NOON });
    let Outcome::Direct { room: direct, .. } = opened else { panic!() };
    fixture.apply(at(direct.id, users[0], "6", 3));
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
                cursor = Some(Seq(next.parse().unwrap()));
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
    fixture.apply_all((0..2_500).map(|i| append(EVERYONE, users[0], &format!("m{i}"), "b a b a")));
    fixture.index();
    let mut cursor = None;
    let mut calls = 0;
    loop {
        // Every message has both words, none has the phrase.
        let page = page(&fixture, users[0], "\"a a\"", cursor, 50);
        assert!(page.hits.is_empty());
        calls += 1;
        let Some(next) = page.next else { break };
        let next = Some(Seq(next.parse().unwrap()));
        assert_ne!(next, cursor);
        cursor = next;
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
