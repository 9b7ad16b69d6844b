//! The index file: without what was deleted, and made anew when it is not of use.

use super::*;

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

#[test]
fn an_edited_message_is_found_by_what_it_says_and_what_it_said_leaves_the_index_file() {
    let (fixture, users) = Fixture::with(&["Ada"]);
    fixture.send(EVERYONE, users[0], "a", "the secret is xyzzyplugh, 秘密部署");
    fixture.send(EVERYONE, users[0], "b", "a wellknownword");
    fixture.index();
    let edit = |body: &str| {
        let body = Body::parse(body.into()).unwrap();
        Op::Message(MessageOp::Edit {
            room: EVERYONE,
            message: Seq(1),
            by: users[0],
            body,
            mentions: Vec::new(),
            at: NOON,
        })
    };
    fixture.apply(edit("nothing but 公开 https://porch.local and openwords"));
    finds(&fixture, users[0], "xyzzyplugh", &[]);
    finds(&fixture, users[0], "openwo", &[1]);
    let is_found = |fixture: &Fixture| {
        finds(fixture, users[0], "xyzzyplugh", &[]);
        finds(fixture, users[0], "openwo", &[1]);
        finds(fixture, users[0], "公开", &[1]);
        finds(fixture, users[0], "has:link", &[1]);
        finds(fixture, users[0], "from:Ada", &[2, 1]);
        finds(fixture, users[0], "wellknownword", &[2]);
    };
    fixture.index();
    is_found(&fixture);
    let dir = fixture.dir.path().to_owned();
    let fixture = fixture.reopen();
    is_found(&fixture);
    assert!(index_holds(&dir, "wellknownword") && index_holds(&dir, "openwords"), "for this test to mean anything");
    assert!(!index_holds(&dir, "xyzzyplugh") && !index_holds(&dir, "秘密"));
    // Deleted at last, and edited before that was heard of.
    fixture.apply(edit("onceagainchanged"));
    fixture.apply(Op::Message(MessageOp::Delete {
        room: EVERYONE,
        message: Seq(1),
        by: users[0],
        whose: Whose::Own,
        at: NOON,
    }));
    fixture.index();
    finds(&fixture, users[0], "openwords", &[]);
    let _fixture = fixture.reopen();
    assert!(!index_holds(&dir, "openwords") && !index_holds(&dir, "onceagainchanged"));
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
    let db = crate::store::database::open_database(fixture.dir.path()).unwrap();
    crate::store::messages::delete(&db, (EVERYONE, Seq(1)), None, Whose::Anyones, NOON).unwrap();
    drop(db);
    let fixture = fixture.reopen();
    fixture.index();
    let dir = fixture.dir.path().to_owned();
    let _fixture = fixture.reopen();
    assert!(index_holds(&dir, "wellknownword"));
    assert!(!index_holds(&dir, "xyzzyplugh"));
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
