//! What a search may cost: so much and no more, and nothing that tells of others' rooms.

use super::super::nasty::{NastyFile, Talk};
use super::brought::{PICTURE, Sent, brings};
use super::*;
use crate::proto::attachment::BlobKind;
use crate::proto::limits::{SEARCH_COST_MAX, SEARCH_ROW_COST, SEARCH_STEP_COST_MAX};

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
        for (at, files) in (0..1_000).map(|_| talk.files()).enumerate().filter(|(_, files)| !files.is_empty()) {
            let files = files.into_iter().map(|NastyFile { name, alt, kind }| {
                let what = if kind == 0 { BlobKind::Other {} } else { PICTURE };
                Sent { name, what, alt, is_voice: false }
            });
            brings(
                &fixture,
                (rooms[at % rooms.len()], users[0]),
                &format!("{part}f{at}"),
                "",
                &files.collect::<Vec<_>>(),
            );
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
fn the_message_of_which_most_is_said_costs_no_more_than_a_step_may() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    let files: Vec<Sent> = (0..10)
        .map(|_| Sent { name: "一".repeat(85), what: PICTURE, alt: "一".repeat(500), is_voice: false })
        .collect();
    brings(&fixture, (EVERYONE, users[0]), "a", &"一".repeat(8_000), &files);
    // It is read for it is not in the index.
    let (page, cost) = cost(&fixture, users[0], &("一".repeat(199) + "丁"), None);
    assert!(page.hits.is_empty() && page.next.is_none());
    assert!((16_000..=SEARCH_STEP_COST_MAX).contains(&cost), "{cost}");
}

#[test]
fn a_search_that_nobody_waits_for_is_given_up() {
    let (fixture, ada) = talk();
    fixture.apply_all((0..900).map(|i| append(EVERYONE, ada, &format!("n{i}"), "b a b a")));
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
