//! Whether the certificate is good for the days and the addresses to come.

use std::path::Path;

use time::OffsetDateTime;

use crate::proto::doctor::{Check, Checked, Finding};
use crate::tls::{HostNames, KeptCertificates, OwnerCertificate, Sans, inspect};

use super::Subject;
use super::texts::line;

/// Below this something is wrong with renewing, which porch does months before; an owner has the time to act.
const DAYS_LEFT_MIN: i64 = 30;

/// What is served, as the part that serves it says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Served {
    /// Whether the owner brought it.
    pub own: bool,
    pub ends_at: OffsetDateTime,
    pub sans: Sans,
}

/// What was seen of it.
#[derive(Debug)]
pub(super) enum CertificateState {
    Absent,
    Broken {
        own: bool,
        reason: String,
    },
    /// We may not look.
    Hidden(String),
    Served(Served),
}

/// Looks at the files: the owner's, or those of the box's own CA.
pub(super) fn look(subject: &Subject) -> CertificateState {
    if let Some((cert, key)) = &subject.owner_certificate {
        return match OwnerCertificate::load(cert, key) {
            Ok(own) => CertificateState::Served(Served { own: true, ends_at: own.ends_at, sans: own.sans }),
            Err(fault) => CertificateState::Broken { own: true, reason: fault.to_string() },
        };
    }
    of_kept(&subject.data_dir.join(crate::tls::FOLDER))
}

fn of_kept(folder: &Path) -> CertificateState {
    match inspect(folder) {
        Ok(KeptCertificates::Nothing | KeptCertificates::RootOnly) => CertificateState::Absent,
        Ok(KeptCertificates::Leaf { ends_at, names }) => {
            CertificateState::Served(Served { own: false, ends_at, sans: names.into() })
        }
        Err(fault) if fault.is_denied() => CertificateState::Hidden(fault.to_string()),
        Err(fault) => CertificateState::Broken { own: false, reason: fault.to_string() },
    }
}

/// One line for the days, and one for what is missing. `wanted`: what the box answers to now, if porch runs; without
/// it the leaf is made anew at the start.
pub(super) fn told(seen: &CertificateState, wanted: Option<&HostNames>, now: OffsetDateTime) -> Vec<Checked> {
    let of = |finding| vec![line(Check::Certificate, finding, [])];
    let because = |finding, reason: &str| vec![line(Check::Certificate, finding, [("reason", reason.into())])];
    let served = match seen {
        CertificateState::Absent => return of(Finding::CertificateAbsent),
        CertificateState::Broken { own: true, reason } => return because(Finding::CertificateOwnBroken, reason),
        CertificateState::Broken { own: false, reason } => return because(Finding::CertificateBroken, reason),
        CertificateState::Hidden(reason) => return because(Finding::Unchecked, reason),
        CertificateState::Served(served) => served,
    };
    let mut lines = vec![days(served, now)];
    if served.own && !served.sans.unanswered.is_empty() {
        let names = ("names", served.sans.unanswered.join(", "));
        lines.push(line(Check::Certificate, Finding::CertificateOwnUnanswered, [names]));
    }
    let missing = wanted.map(|wanted| served.sans.missing_of(wanted));
    let missing = missing.filter(|missing| !missing.is_empty());
    lines.extend(
        missing.map(|missing| line(Check::Certificate, Finding::CertificateLacks, [("missing", missing.to_string())])),
    );
    lines
}

fn days(served: &Served, now: OffsetDateTime) -> Checked {
    let left = (served.ends_at - now).whole_days();
    let with_days = |finding| line(Check::Certificate, finding, [("days", left.to_string())]);
    match (served.own, left) {
        (false, _) if served.ends_at <= now => line(Check::Certificate, Finding::CertificateEnded, []),
        (true, _) if served.ends_at <= now => line(Check::Certificate, Finding::CertificateOwnEnded, []),
        (false, ..DAYS_LEFT_MIN) => with_days(Finding::CertificateEnds),
        (true, ..DAYS_LEFT_MIN) => with_days(Finding::CertificateOwnEnds),
        (false, _) => with_days(Finding::CertificateGood),
        (true, _) => with_days(Finding::CertificateOwnGood),
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    fn names(lan: &[&str]) -> HostNames {
        HostNames::of_box("porch", "porch-7f3a", &[], &lan.iter().map(|ip| ip.parse().unwrap()).collect::<Vec<_>>())
    }

    fn findings(own: bool, days_left: i64, wanted: &[&str]) -> Vec<Finding> {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let served = Served { own, ends_at: now + Duration::days(days_left), sans: names(&["10.0.0.7"]).into() };
        told(&CertificateState::Served(served), Some(&names(wanted)), now).iter().map(|line| line.finding).collect()
    }

    #[test]
    fn days_left_are_good_few_or_none() {
        assert_eq!(findings(false, 200, &[]), [Finding::CertificateGood]);
        assert_eq!(findings(false, 29, &[]), [Finding::CertificateEnds]);
        assert_eq!(findings(false, 0, &[]), [Finding::CertificateEnded]);
        assert_eq!(findings(true, 30, &[]), [Finding::CertificateOwnGood]);
        assert_eq!(findings(true, 29, &[]), [Finding::CertificateOwnEnds]);
        assert_eq!(findings(true, -1, &[]), [Finding::CertificateOwnEnded]);
    }

    #[test]
    fn an_address_that_the_certificate_lacks_is_named() {
        assert_eq!(findings(false, 200, &["10.0.0.7"]), [Finding::CertificateGood]);
        assert_eq!(findings(false, 200, &["10.0.0.8"]), [Finding::CertificateGood, Finding::CertificateLacks]);
    }

    #[test]
    fn names_of_an_owners_certificate_that_are_not_answered_are_told() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let sans = Sans { unanswered: vec!["chat_box.example.org".into()], ..names(&[]).into() };
        let served = Served { own: true, ends_at: now + Duration::days(100), sans };
        let lines = told(&CertificateState::Served(served), None, now);
        assert_eq!(lines[1].finding, Finding::CertificateOwnUnanswered);
        assert_eq!(lines[1].values["names"], "chat_box.example.org");
    }

    #[test]
    fn what_is_not_there_broken_or_hidden_is_told_as_that() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let finding = |seen: CertificateState| told(&seen, None, now)[0].finding;
        let broken = |own| CertificateState::Broken { own, reason: "torn".into() };
        assert_eq!(finding(CertificateState::Absent), Finding::CertificateAbsent);
        assert_eq!(finding(broken(true)), Finding::CertificateOwnBroken);
        assert_eq!(finding(broken(false)), Finding::CertificateBroken);
        assert_eq!(finding(CertificateState::Hidden("denied".into())), Finding::Unchecked);
    }

    #[test]
    fn the_files_of_a_box_are_looked_at_without_changing_them() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("tls");
        assert!(matches!(of_kept(&folder), CertificateState::Absent));
        assert!(!folder.exists());
        let permitted = crate::tls::Permitted::for_box("porch", &[], &[]);
        let build = crate::clock::build_date();
        let now = crate::tls::Moment { now: build, system: build, trust: crate::clock::Trust::Synchronized };
        crate::tls::LocalTls::open(&folder, "porch", &permitted, |_| names(&[]), (now, build)).unwrap();
        assert!(matches!(of_kept(&folder), CertificateState::Served(Served { own: false, .. })));
        std::fs::write(folder.join("ca.pem"), "torn").unwrap();
        assert!(matches!(of_kept(&folder), CertificateState::Broken { own: false, .. }));
        assert_eq!(std::fs::read(folder.join("ca.pem")).unwrap(), b"torn");
    }
}
