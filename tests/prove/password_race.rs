//! A sign-in with the old password against its change: whichever comes first, no session of the old password lives on.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::support::{Door, Person, Porch};

/// Races of one account: fewer than strangers may guess at it.
const RACES: u8 = 50;
const ACCOUNTS: u8 = 10;

fn password(race: u8) -> String {
    format!("the password of race {race}")
}

/// Signs in from an address of its own; the session, where one is given.
async fn sign_in(door: &Door, name: &str, from: Ipv4Addr, password: &str) -> Option<Person> {
    let body = json!({ "name": name, "password": password });
    let answer = door.ask_from(IpAddr::V4(from), "POST", "/api/login", Some(&body)).await;
    match answer.status {
        200 => Some(Person::signed_in(door, &answer)),
        401 => None,
        _ => panic!("{answer:?}"),
    }
}

/// What came of the sign-ins with an old password.
#[derive(Debug, Default)]
struct Tally {
    refused: u32,
    /// Made before the change, and ended by it.
    ended: u32,
}

/// One account's races; the first account owns the box.
async fn race(door: &Door, account: u8, tally: &mut Tally) {
    let name = format!("Person {account}");
    let first = json!({ "name": name, "password": password(0) });
    let own = Person::signed_in(door, &door.ask("POST", "/api/register", None, Some(&first)).await);
    if account == 0 {
        let several = own.ask("PATCH", "/api/settings", Some(&json!({ "several_devices": true }))).await;
        assert_eq!(several.status, 200);
    }
    for race in 0..RACES {
        let (old, new) = (password(race), password(race + 1));
        let change = json!({ "password": old, "new_password": new });
        let changing = own.ask("PATCH", "/api/me", Some(&change));
        // From when the change is asked for until after it is done, in steps.
        let late = async {
            sleep(Duration::from_millis(u64::from(race) * 7 % 90)).await;
            sign_in(door, &name, Ipv4Addr::new(127, 2, account, race + 1), &old).await
        };
        let (changed, session) = tokio::join!(changing, late);
        assert_eq!(changed.status, 200, "{changed:?}");
        match session {
            None => tally.refused += 1,
            Some(session) => {
                let status = session.ask("GET", "/api/me", None).await.status;
                assert_eq!(status, 401, "race {race} of {name}: a session of the old password lives on");
                tally.ended += 1;
            }
        }
        assert_eq!(own.ask("GET", "/api/me", None).await.status, 200, "who changed it stays");
    }
    let last = sign_in(door, &name, Ipv4Addr::new(127, 3, 0, account + 1), &password(RACES)).await;
    assert!(last.is_some(), "the new one is right");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_session_of_the_old_password_outlives_its_change() {
    let porch = Porch::start().await;
    let mut tally = Tally::default();
    for account in 0..ACCOUNTS {
        race(&porch.door, account, &mut tally).await;
    }
    println!("{} races of an old password against its change: {tally:?}", u32::from(RACES) * u32::from(ACCOUNTS));
    assert!(tally.ended > 0 && tally.refused > 0, "for this to mean anything each must come first at times");
    porch.stop().await;
}
