use std::fs;

use super::super::Reason;
use super::super::issuer::Issuer;
use super::*;

const HERE: [&str; 1] = ["192.168.1.7"];

fn issuer(now: OffsetDateTime) -> Issuer {
    let ca = ca();
    let leaf = leaf(&ca, &names(&HERE), now);
    Issuer { ca, leaf: Some(leaf), build_date: build() }
}

fn reason(renewal: Option<Renewal>) -> Option<Reason> {
    renewal.map(|renewal| renewal.reason)
}

#[test]
fn a_new_leaf_is_due_30_days_before_the_end_and_not_earlier() {
    let issuer = issuer(days(0));
    // It began a day before the build, and lives 397 days less a second.
    assert_eq!(issuer.due(sure(days(0)), &names(&HERE)), None);
    assert_eq!(issuer.due(sure(days(365)), &names(&HERE)), None);
    assert_eq!(issuer.due(sure(days(366)), &names(&HERE)), Some(Reason::EndsSoon));
    assert_eq!(issuer.due(sure(days(4_000)), &names(&HERE)), Some(Reason::EndsSoon));
}

#[test]
fn a_new_leaf_is_due_for_a_new_address_and_not_for_one_that_left() {
    let issuer = issuer(days(0));
    assert_eq!(issuer.due(sure(days(1)), &names(&["10.0.0.1"])), Some(Reason::NamesChanged));
    assert_eq!(issuer.due(sure(days(1)), &names(&[])), None);
}

#[test]
fn an_address_that_the_ca_may_not_speak_for_is_reported_and_asks_for_no_new_leaf() {
    let mut issuer = issuer(days(0));
    let wanted = names(&["192.168.1.7", "9.9.9.9", "2001:db8::1"]);
    assert_eq!(issuer.due(sure(days(1)), &wanted), None);
    let (_, left_out) = issuer.renew(sure(days(1)), &wanted).unwrap();
    assert_eq!(left_out.to_string(), "9.9.9.9, 2001:db8::1");
    assert_eq!(issuer.leaf.as_ref().unwrap().names, names(&HERE));
    assert_eq!(issuer.due(sure(days(1)), &wanted), None);
}

#[test]
fn the_owners_ranges_are_permitted_when_they_were_said_before_the_ca_was_made() {
    let range = [super::super::name::IpRange::parse("203.0.113.0/24").unwrap()];
    let wanted = names(&["203.0.113.9"]);
    let with = Permitted::for_box("porch", &[], &range);
    assert_eq!(with.part(&wanted), (wanted.clone(), HostNames::default()));
    assert_eq!(permitted().part(&wanted).1.to_string(), "203.0.113.9");
}

#[test]
fn a_leaf_begins_before_any_clock_that_could_show_it() {
    let ca = ca();
    let starts_at = |now| leaf(&ca, &names(&[]), now).starts_at;
    // A clock that was never set, one that is right, and one that is months ahead.
    assert_eq!(starts_at(OffsetDateTime::UNIX_EPOCH), days(-1));
    assert_eq!(starts_at(days(0)), days(-1));
    assert_eq!(starts_at(days(183)), days(-1));
    assert_eq!(starts_at(days(1_000)), days(1_000 - 183 - 1));
}

#[test]
fn a_leaf_has_half_a_year_to_live_however_old_the_build_is() {
    let ca = ca();
    for now in [-20_000, 0, 100, 183, 1_000, 7_300] {
        let leaf = leaf(&ca, &names(&[]), days(now));
        assert!(leaf.ends_at - days(now) > Duration::days(210), "{now}");
        assert!(leaf.ends_at - leaf.starts_at < Duration::days(397), "{now}");
    }
}

#[test]
fn a_leaf_made_by_a_clock_far_ahead_is_replaced_when_the_clock_is_set() {
    let issuer = issuer(days(2_000));
    assert_eq!(issuer.due(sure(days(2_000)), &names(&HERE)), None);
    assert_eq!(issuer.due(sure(days(3)), &names(&HERE)), Some(Reason::NotYetValid));
}

#[test]
fn a_clock_that_was_never_set_renews_nothing() {
    let issuer = issuer(days(100));
    assert_eq!(issuer.due(sure(OffsetDateTime::UNIX_EPOCH), &names(&HERE)), None);
}

/// Whatever the clock is worth, a phone that knows the right time accepts the leaf: half a year either side of what is
/// believed, or nearly a year after it where the box has only counted on from the last time known.
#[test]
fn the_less_a_clock_is_worth_the_longer_the_leaf_lasts() {
    // Long after the build, so that the build's date bounds nothing.
    let now = days(2_000);
    for (trust, system, before, after) in [
        (Trust::Synchronized, now, 183, 30),
        (Trust::Plausible, now, 183, 182),
        (Trust::Behind, OffsetDateTime::UNIX_EPOCH, 31, 334),
        // Either clock may be the right one: the leaf serves by both.
        (Trust::Behind, now - Duration::days(100), 100, 265),
        (Trust::Behind, now - Duration::days(1_000), 183, 182),
        (Trust::Ahead, days(6_000), 31, 334),
    ] {
        let at = |day| Moment { now: now + Duration::days(day), system: system + Duration::days(day), trust };
        let mut issuer = Issuer { ca: ca(), leaf: None, build_date: build() };
        issuer.renew(at(0), &names(&HERE)).unwrap();
        let leaf = issuer.leaf.as_ref().unwrap();
        assert!(leaf.starts_at <= now - Duration::days(before), "{trust:?} {system}");
        assert!(leaf.ends_at - leaf.starts_at < Duration::days(397), "{trust:?} {system}");
        // It is not replaced at once, and for as long as it stays it reaches far enough.
        let stays = (0..397).take_while(|day| issuer.due(at(*day), &names(&HERE)).is_none()).count() as i64;
        assert!(stays >= 30, "{trust:?} {system}: {stays}");
        assert!(leaf.ends_at - at(stays - 1).now >= Duration::days(after), "{trust:?} {system}: {stays}");
        assert_eq!(issuer.due(at(stays), &names(&HERE)), Some(Reason::EndsSoon));
    }
}

#[test]
fn a_leaf_that_would_do_is_replaced_once_the_clock_is_lost() {
    let issuer = issuer(days(2_000));
    let later = days(2_100);
    assert_eq!(issuer.due(sure(later), &names(&HERE)), None);
    let lost = Moment { now: later, system: OffsetDateTime::UNIX_EPOCH, trust: Trust::Behind };
    assert_eq!(issuer.due(lost, &names(&HERE)), Some(Reason::EndsSoon));
}

/// Nothing kept, so the build's date is all that is known: the first start of a board.
#[test]
fn the_first_leaf_is_good_from_the_build_on_for_thirteen_months_whatever_the_clock_says() {
    for now in [OffsetDateTime::UNIX_EPOCH, days(0)] {
        for trust in [Trust::Behind, Trust::Ahead, Trust::Plausible] {
            let ca =
                Ca::from_pem(&Ca::make("Kitchen", &permitted(), Moment { now, system: now, trust }, build()).unwrap())
                    .unwrap();
            let pem = Leaf::make(&ca, &names(&HERE), Moment { now, system: now, trust }, build()).unwrap();
            let leaf = Leaf::from_pem(&pem, ca.root.certificate()).unwrap();
            for day in [0, 1, 200, 395] {
                let verdict = certificates::verify(ca.root.der(), &leaf.certified.cert[0], HERE[0], days(day));
                assert_eq!(verdict, Ok(()), "{now} {trust:?} {day}");
            }
            assert!(ca.root.ends_at() >= days(3_650), "{now} {trust:?}");
        }
    }
}

#[test]
fn a_leaf_of_another_ca_is_replaced() {
    let stray = leaf(&ca(), &names(&HERE), days(0));
    let issuer = Issuer { ca: ca(), leaf: Some(stray), build_date: build() };
    assert_eq!(issuer.due(sure(days(0)), &names(&HERE)), Some(Reason::OtherCa));
}

#[test]
fn ca_and_leaf_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("tls");
    let (first, renewal) = open(&folder, &names(&HERE), days(0)).unwrap();
    assert_eq!(reason(renewal), Some(Reason::Missing));
    let (second, renewal) = open(&folder, &names(&HERE), days(1)).unwrap();
    assert_eq!(reason(renewal), None);
    assert_eq!(first.root().der(), second.root().der());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn a_ca_that_was_kept_issues_leaves_that_verify() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), &names(&[]), days(0)).unwrap();
    let (kept, renewal) = open(folder.path(), &names(&HERE), days(1)).unwrap();
    assert_eq!(reason(renewal), Some(Reason::NamesChanged));
    let leaf = fs::read_to_string(folder.path().join("leaf.pem")).unwrap();
    let leaf = super::super::ca::pair_from_pem(&leaf).unwrap().1;
    assert_eq!(certificates::verify(kept.root().der(), &leaf, "192.168.1.7", days(1)), Ok(()));
}

#[test]
fn a_damaged_leaf_is_replaced_and_a_damaged_ca_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let root = open(folder.path(), &names(&HERE), days(0)).unwrap().0.root().der().to_vec();
    for damage in [&b"not PEM"[..], b"", &[0xff, 0xfe]] {
        fs::write(path("leaf.pem"), damage).unwrap();
        let (again, renewal) = open(folder.path(), &names(&HERE), days(0)).unwrap();
        assert_eq!(reason(renewal), Some(Reason::Missing));
        assert_eq!(again.root().der(), root);
    }
    for damage in [&b"not PEM"[..], b"", &[0xff, 0xfe], &fs::read(path("leaf.pem")).unwrap()] {
        fs::write(path("ca.pem"), damage).unwrap();
        let fault = open(folder.path(), &names(&HERE), days(0)).err().unwrap();
        assert!(matches!(&fault, TlsError::Damaged { .. }), "{fault}");
        assert!(fault.to_string().contains("ca.pem"));
        assert_eq!(fs::read(path("ca.pem")).unwrap(), damage);
    }
}

#[test]
fn a_key_of_another_certificate_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), &names(&HERE), days(0)).unwrap();
    let (one, two) =
        (Ca::make("A", &permitted(), sure(days(0)), build()), Ca::make("A", &permitted(), sure(days(0)), build()));
    let cut = |pem: &str| pem.find("-----BEGIN CERTIFICATE").unwrap();
    let (one, two) = (one.unwrap(), two.unwrap());
    let mixed = one[..cut(&one)].to_owned() + &two[cut(&two)..];
    assert!(Ca::from_pem(&mixed).err().unwrap().contains("another certificate"));
}

#[test]
fn a_leaf_that_cannot_be_kept_is_served_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (mut tls, _) = open(folder.path(), &names(&[]), days(0)).unwrap();
    // A folder where the fresh file should go: renaming onto or removing it fails for root, too.
    fs::create_dir(folder.path().join("leaf.new")).unwrap();
    let renewal = tls.refresh(sure(days(0)), &names(&HERE)).unwrap().unwrap();
    assert!(matches!(renewal.unsaved, Some(TlsError::Disk { .. })));
    assert_eq!(tls.refresh(sure(days(0)), &names(&HERE)).unwrap().map(|renewal| renewal.reason), None);
}
