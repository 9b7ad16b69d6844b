use super::NotNow::SlowDown;
use super::*;

const NOW: Millis = 1_790_000_000_000;

fn buckets(burst: u32, per_try: Millis, keys_max: usize) -> Buckets<&'static str> {
    Buckets { keys_max, ..Buckets::new(burst, per_try) }
}

fn at(address: &str) -> Network {
    Network::of(address.parse().unwrap())
}

fn stranger(address: &str, name: &str) -> Guesser {
    Guesser::Stranger { network: at(address), name_key: Some(name.to_owned()) }
}

#[test]
fn tries_are_allowed_at_once_up_to_the_burst_and_then_at_the_rate() {
    let mut buckets = buckets(3, 1_000, 10);
    for _ in 0..3 {
        assert_eq!(buckets.take("a", NOW), Ok(()));
    }
    assert_eq!(buckets.take("a", NOW), Err(SlowDown { retry_ms: 1_000 }));
    assert_eq!(buckets.take("a", NOW + 999), Err(SlowDown { retry_ms: 1 }));
    assert_eq!(buckets.take("a", NOW + 1_000), Ok(()));
    assert_eq!(buckets.take("a", NOW + 1_000), Err(SlowDown { retry_ms: 1_000 }));
    assert_eq!(buckets.take("b", NOW), Ok(()), "others are not slowed down");
}

#[test]
fn a_rested_bucket_holds_the_burst_and_no_more() {
    let mut buckets = buckets(2, 1_000, 10);
    assert_eq!(buckets.take("a", NOW), Ok(()));
    let later = NOW + 3_600_000;
    assert_eq!([(); 3].map(|()| buckets.take("a", later).is_ok()), [true, true, false]);
    buckets.give_back(&"a", later);
    assert_eq!([(); 2].map(|()| buckets.take("a", later).is_ok()), [true, false], "what is put back is there");
    for _ in 0..9 {
        buckets.give_back(&"a", later);
    }
    assert_eq!([(); 3].map(|()| buckets.take("a", later).is_ok()), [true, true, false]);
}

#[test]
fn a_clock_set_back_waits_no_longer_than_an_empty_bucket() {
    let mut buckets = buckets(2, 1_000, 10);
    assert_eq!(buckets.take("a", NOW), Ok(()));
    let before = NOW - 86_400_000;
    assert_eq!(buckets.take("a", before), Err(SlowDown { retry_ms: 1_000 }));
    assert_eq!(buckets.take("a", before + 1_000), Ok(()));
}

#[test]
fn a_full_table_forgets_the_fullest_and_keeps_the_emptiest() {
    let mut buckets = buckets(2, 60_000, 2);
    assert_eq!([(); 3].map(|()| buckets.take("flooder", NOW).is_ok()), [true, true, false]);
    for key in ["a", "b", "c", "d"] {
        assert_eq!(buckets.take(key, NOW), Ok(()));
        assert_eq!(buckets.full_at.len(), 2);
    }
    assert!(buckets.take("flooder", NOW).is_err());
}

#[test]
fn a_stranger_slows_down_their_own_network_at_a_name_and_nobody_else() {
    let mut rates = Rates::default();
    let eve = stranger("192.168.1.66", "ada");
    let ada = [
        stranger("192.168.1.5", "ada"),
        Guesser::Device(DeviceId([1; 16])),
        Guesser::Session(SessionId(1)),
        stranger("192.168.1.66", "grace"),
    ];
    // One wrong password every two seconds, for a week.
    let now = NOW + 7 * 86_400_000;
    for now in (NOW..now).step_by(2_000) {
        let _ = rates.guess(&eve, now);
    }
    assert!((0..3).any(|_| rates.guess(&eve, now).is_err()));
    for right in &ada[..3] {
        assert_eq!(rates.guess(right, now), Ok(()), "{right:?}");
        rates.discount(right, now);
    }
    assert_eq!(rates.guess(&ada[3], now), Ok(()), "nor at another name");
}

#[test]
fn a_name_is_guessed_at_from_all_networks_so_often_and_no_more() {
    let mut rates = Rates::default();
    let mut guesses = 0;
    let day = 86_400_000;
    // 200 addresses, each as often as it may, for a day.
    for now in (NOW..NOW + day).step_by(10_000) {
        for host in 1..=200 {
            guesses += u32::from(rates.guess(&stranger(&format!("10.0.0.{host}"), "ada"), now).is_ok());
        }
    }
    let regained = u32::try_from(day / GUESSES_NAME_INTERVAL_MS).unwrap();
    assert!((GUESSES_NAME_BURST..=GUESSES_NAME_BURST + regained).contains(&guesses), "{guesses}");
    let device = Guesser::Device(DeviceId([1; 16]));
    assert_eq!(rates.guess(&device, NOW + day), Ok(()), "who has been here before is not kept out by it");
}

#[test]
fn right_passwords_never_add_up_and_wrong_ones_do() {
    let mut rates = Rates::default();
    for n in 0..1_000 {
        let right = stranger("fd00::1", &format!("person {n}"));
        assert_eq!(rates.guess(&right, NOW), Ok(()), "a school behind one address");
        rates.discount(&right, NOW);
    }
    for n in 0..GUESSES_NETWORK_BURST {
        let address = format!("fd00:0:0:0:{n:x}::1");
        assert_eq!(rates.guess(&stranger(&address, &format!("person {n}")), NOW), Ok(()));
    }
    assert!(rates.guess(&stranger("fd00::2", "another"), NOW).is_err(), "a /64 counts as one");
    assert_eq!(rates.guess(&stranger("fd00:0:0:1::1", "another"), NOW), Ok(()));
}

#[test]
fn who_is_refused_by_one_limit_uses_up_nothing_of_the_others() {
    let mut rates = Rates::default();
    let eve = stranger("10.0.0.1", "ada");
    while rates.guess(&eve, NOW).is_ok() {}
    let before = rates.names.full_at["ada"];
    assert!(rates.guess(&eve, NOW).is_err());
    assert_eq!(rates.names.full_at["ada"], before);
}

#[test]
fn a_session_guesses_so_often_whatever_the_name_is_by_then() {
    let mut rates = Rates::default();
    let thief = Guesser::Session(SessionId(1));
    for _ in 0..GUESSES_BURST {
        assert_eq!(rates.guess(&thief, NOW), Ok(()));
        rates.wrong(&thief);
    }
    assert_eq!(rates.guess(&thief, NOW), Err(SlowDown { retry_ms: u32::try_from(GUESSES_INTERVAL_MS).unwrap() }));
    assert_eq!(rates.guess(&Guesser::Session(SessionId(2)), NOW), Ok(()));
}

#[test]
fn guesses_under_way_keep_others_waiting_for_a_moment_and_wrong_ones_for_long() {
    let mut rates = Rates::default();
    let class = stranger("10.0.0.1", "ada");
    for _ in 0..GUESSES_STRANGER_BURST {
        assert_eq!(rates.guess(&class, NOW), Ok(()));
    }
    assert_eq!(rates.guess(&class, NOW), Err(NotNow::Busy), "no more than the limit, whatever they turn out to be");
    for _ in 0..GUESSES_STRANGER_BURST {
        rates.discount(&class, NOW);
    }
    for _ in 0..GUESSES_STRANGER_BURST {
        assert_eq!(rates.guess(&class, NOW), Ok(()), "they were right");
    }
    rates.wrong(&class);
    assert_eq!(rates.guess(&class, NOW), Err(NotNow::Busy), "the others may be right");
    for _ in 1..GUESSES_STRANGER_BURST {
        rates.wrong(&class);
    }
    let long = u32::try_from(GUESSES_STRANGER_INTERVAL_MS).unwrap();
    assert_eq!(rates.guess(&class, NOW), Err(SlowDown { retry_ms: long }));
    let nothing_left = rates.names.under_way.is_empty()
        && rates.names_at_networks.under_way.is_empty()
        && rates.networks.under_way.is_empty();
    assert!(nothing_left);
}

#[test]
fn accounts_and_new_names_have_limits_of_their_own() {
    let mut rates = Rates::default();
    for _ in 0..ACCOUNTS_BURST {
        assert_eq!(rates.make_account(at("10.0.0.1"), NOW), Ok(()));
    }
    assert!(rates.make_account(at("10.0.0.1"), NOW).is_err());
    assert_eq!(rates.make_account(at("10.0.0.1"), NOW + ACCOUNTS_INTERVAL_MS), Ok(()));
    assert_eq!(rates.make_account(at("10.0.0.2"), NOW), Ok(()));
    for _ in 0..RENAMES_BURST {
        assert_eq!(rates.rename(UserId(1), NOW), Ok(()));
    }
    assert!(rates.rename(UserId(1), NOW).is_err());
    assert_eq!(rates.rename(UserId(2), NOW), Ok(()));
    for _ in 0..PICTURES_BURST {
        assert_eq!(rates.picture(UserId(1), NOW), Ok(()));
    }
    assert!(rates.picture(UserId(1), NOW).is_err());
    assert_eq!(rates.picture(UserId(1), NOW + PICTURES_INTERVAL_MS), Ok(()));
}

#[test]
fn beacons_are_counted_by_person_and_without_one_by_network() {
    let mut rates = Rates::default();
    let here = at("10.0.0.1");
    for _ in 0..BEACONS_NETWORK_BURST {
        assert_eq!(rates.beacon(None, here, NOW), Ok(()));
    }
    assert!(rates.beacon(None, here, NOW).is_err());
    assert_eq!(rates.beacon(None, at("10.0.0.2"), NOW), Ok(()));
    for _ in 0..BEACONS_BURST {
        assert_eq!(rates.beacon(Some(UserId(1)), here, NOW), Ok(()), "whoever is signed in there is not slowed down");
    }
    assert!(rates.beacon(Some(UserId(1)), at("10.0.0.2"), NOW).is_err());
    assert_eq!(rates.beacon(Some(UserId(2)), here, NOW), Ok(()));
    assert_eq!(rates.beacon(None, here, NOW + BEACONS_NETWORK_INTERVAL_MS), Ok(()));
}
