//! What each finding means, in English: how bad it is, what it says, and what to do about it.
//!
//! `{name}` is a value; `{name|words}` stands for the words where the value is empty, `{name:span}` and `{name:size}` for
//! seconds and megabytes as people say them. docs/protocol.md lists the same.

use std::collections::BTreeMap;

use crate::proto::doctor::{Check, Checked, Finding, Level};

use Level::{Ok, Problem, Warning};

/// The level, the sentence and the advice of a finding, with places for values.
pub fn text(finding: Finding) -> (Level, &'static str, &'static str) {
    use Finding as F;
    match finding {
        F::PortHeld => (Ok, "porch answers {scheme} on port {port}.", ""),
        F::PortFree => (Ok, "Port {port} is free for {scheme}.", ""),
        F::PortFallback => (
            Warning,
            "For {scheme}, porch uses port {port} in place of {wanted}: addresses need `:{port}` behind them.",
            "Ports below 1024 need the privilege CAP_NET_BIND_SERVICE. The systemd unit gives it; so does \
             `sudo setcap cap_net_bind_service=+ep` on porch's file. Then start porch again.",
        ),
        F::PortTaken => (
            Problem,
            "Port {port}, which {scheme} needs, is taken by {by|another program}.",
            "Stop {by|the other program}, or give porch another port with --{scheme}.",
        ),
        F::PortDenied => (
            Problem,
            "porch may not use port {port} for {scheme}.",
            "Ports below 1024 need the privilege CAP_NET_BIND_SERVICE: start porch by its systemd unit, or choose a \
             higher port with --{scheme}.",
        ),
        F::PortUnusable => (
            Problem,
            "Port {port} cannot be used for {scheme}: {reason}.",
            "Look at --{scheme}: the address must be one of this machine.",
        ),
        F::PortSilent => (
            Problem,
            "porch runs, but does not answer {scheme} on port {port}.",
            "Start it again (systemctl restart porch), and look at its log (journalctl -u porch).",
        ),

        F::AddressesFound => (Ok, "The box is in the network as {addresses}.", ""),
        F::AddressesSeveral => (Ok, "The box is in the network under several addresses: {addresses}.", ""),
        F::AddressesLinkLocal => (
            Warning,
            "The box has only an address it gave itself: {addresses}. Nothing in the network hands out addresses.",
            "Look whether the cable leads to the router, or whether the box is signed in to the Wi-Fi.",
        ),
        F::AddressesNone => (
            Problem,
            "The box has no address in any network: nobody can reach it.",
            "Plug in the cable, or sign the box in to the Wi-Fi.",
        ),

        F::MulticastWorks => (Ok, "Multicast goes out and comes in on {interface}.", ""),
        F::MulticastOff => (
            Problem,
            "Multicast is turned off on {interface}: the box's name cannot be found there.",
            "Turn it on: sudo ip link set {interface} multicast on. Until then the address works.",
        ),
        F::MulticastUnsent => (
            Problem,
            "Multicast cannot be sent on {interface}: {reason}.",
            "Look at the firewall and at `ip addr show {interface}`. Until then the address works.",
        ),
        F::MulticastUnheard => (
            Problem,
            "What is sent by multicast on {interface} is not heard there.",
            "Most likely a firewall drops it: allow UDP port 5353 to 224.0.0.251. Until then the address works.",
        ),
        F::MulticastV6 => (
            Warning,
            "Multicast works on {interface} by IPv4, but not by IPv6: {reason}.",
            "Most people will not notice. A firewall may drop ff02::fb, UDP port 5353.",
        ),
        F::MulticastUnneeded => (Ok, "Multicast is not needed, and was not tried: mDNS is turned off.", ""),
        F::MulticastNowhere => (Warning, "Multicast could not be tried: there is no network.", "See addresses."),

        F::RespondersNone => (Ok, "No other program on this machine answers for .local names.", ""),
        F::RespondersBeside => (Ok, "{by|Another program} answers for .local names too, and shares the port.", ""),
        F::RespondersExclusive => (
            Problem,
            "{by|Another program} keeps UDP port 5353 to itself: the box cannot answer to its .local name.",
            "Stop {by|the other program}, or let it share the port.",
        ),

        F::NameHeld => (Ok, "The box is found as {name}.", ""),
        F::NameFree => (Ok, "Nobody else in the network is called {name}.", ""),
        F::NameLooking => (Ok, "The box is asking whether {name} is free.", ""),
        F::NameOff => (Ok, "The box does not announce a name: mDNS is turned off.", ""),
        F::NameTaken => (
            Warning,
            "Another device is called {name}: {by|its address is not known}. This box is found as {alias|its address} \
             only.",
            "Rename one of them (--name), or use {alias|the address}.",
        ),
        F::NameUnheard => (
            Warning,
            "porch runs, but nobody answers to {name}.",
            "See multicast and responders. Until then the address works.",
        ),

        F::ClockRight => (Ok, "The clock is synchronised.", ""),
        F::ClockUnsynchronized => (Ok, "Nothing sets the clock, but what it says is possible.", ""),
        F::ClockBehind => (
            Problem,
            "The clock is behind, by at least {off_s:span}.",
            "Set it: from a phone in the owner's settings, or with `sudo timedatectl set-time`.",
        ),
        F::ClockAhead => (
            Problem,
            "The clock is ahead, by at least {off_s:span}.",
            "Set it: from a phone in the owner's settings, or with `sudo timedatectl set-time`.",
        ),

        F::CertificateGood => (Ok, "The certificate is good for {days} more days, and renewed long before.", ""),
        F::CertificateAbsent => (Ok, "There is no certificate yet; porch makes one when it starts.", ""),
        F::CertificateEnds => (
            Warning,
            "The certificate ends in {days} days and should have been renewed.",
            "Start porch again, and look at its log.",
        ),
        F::CertificateEnded => (
            Problem,
            "The certificate has ended: browsers refuse the box.",
            "Look at the clock first; then start porch again, and look at its log.",
        ),
        F::CertificateLacks => (
            Warning,
            "The certificate does not hold {missing}: browsers warn there.",
            "Local names and private addresses are added by themselves within seconds. Others must be in --names or \
             --ranges before the first start, or in the owner's own certificate.",
        ),
        F::CertificateBroken => (
            Problem,
            "The certificate authority of the box cannot be used: {reason}.",
            "Put the folder `tls` back from a backup. Without one: remove that folder; every device then has to trust \
             the box anew.",
        ),
        F::CertificateOwnGood => (Ok, "The owner's certificate is good for {days} more days.", ""),
        F::CertificateOwnEnds => (
            Warning,
            "The owner's certificate ends in {days} days, and porch cannot renew it.",
            "Put a new one in the files of --cert and --key.",
        ),
        F::CertificateOwnEnded => (
            Problem,
            "The owner's certificate has ended: browsers refuse the box.",
            "Put a new one in the files of --cert and --key.",
        ),
        F::CertificateOwnUnanswered => (
            Warning,
            "The owner's certificate is also for what porch does not answer to: {names}.",
            "Names of letters, digits, hyphens and dots are answered: use one of those, or have a certificate made for \
             one.",
        ),
        F::CertificateOwnBroken => {
            (Problem, "The owner's certificate cannot be used: {reason}.", "Look at the files of --cert and --key.")
        }

        F::DiskSpaceGood => (Ok, "There are {free_mb:size} free for messages.", ""),
        F::DiskSpaceLow => (
            Warning,
            "Only {free_mb:size} are free, {percent} % of the disk.",
            "Make room: remove what else is on the disk, or use a larger one.",
        ),
        F::DiskSpaceFull => (
            Problem,
            "The disk is full: {free_mb:size} are free, and messages will be refused.",
            "Make room: remove what else is on the disk, or use a larger one.",
        ),
        F::DiskSpeedGood => (Ok, "A message is safe on the disk within {ms} ms.", ""),
        F::DiskSpeedSlow => (
            Warning,
            "The disk takes {ms} ms to keep a message: a busy room will feel slow.",
            "A better card (A1 or A2) or an SSD helps. A card that became slow may be wearing out: make a backup.",
        ),
        F::DiskSpeedBad => (
            Problem,
            "The disk takes {ms} ms to keep a message.",
            "It is worn out or not made for this: make a backup, and replace it.",
        ),
        F::DiskSpeedFailed => (
            Problem,
            "Nothing can be written where messages are kept: {reason}.",
            "See data folder. If that is fine, the disk may be failing: make a backup.",
        ),

        F::OpenFilesGood => (Ok, "porch may have {limit} files and connections open.", ""),
        F::OpenFilesLow => (
            Warning,
            "porch may have only {limit} files and connections open; {wanted} are needed for a full house.",
            "Raise the limit: LimitNOFILE in the systemd unit, or `ulimit -n`.",
        ),

        F::DataFolderElsewhere => (
            Warning,
            "porch runs on this machine, but not on the data folder {path}.",
            "Say which one with --data-dir (the systemd unit's is /var/lib/porch), and run this as root.",
        ),
        F::DataFolderGood => (Ok, "The data folder {path} can be used, and is closed to others.", ""),
        F::DataFolderNew => (Ok, "The data folder {path} is not there yet; porch makes it when it starts.", ""),
        F::DataFolderMissing => (
            Problem,
            "The data folder {path} is not there and cannot be made: {reason}.",
            "Say another with --data-dir, or make it and give it to the user that porch runs as.",
        ),
        F::DataFolderReadOnly => (
            Problem,
            "The data folder {path} is on a disk that can only be read.",
            "After a fault the system stops writing to a disk: make a backup, then check the disk. Or mount it \
             writable.",
        ),
        F::DataFolderDenied => (
            Problem,
            "This user may not write to the data folder {path}.",
            "Run this as the user that porch runs as, or as root; or give the folder to that user.",
        ),
        F::DataFolderOpen => (
            Warning,
            "Others on this machine can look into the data folder {path} (mode {mode}).",
            "porch closes it when it starts; or: chmod 700 {path}",
        ),
        F::DataFolderInMemory => (
            Problem,
            "The data folder {path} is in memory: everything is lost when the power goes.",
            "Say a folder on a disk with --data-dir.",
        ),
        F::DataFolderRemote => (
            Warning,
            "The data folder {path} is on another machine ({kind}): the database may be damaged when the network \
             breaks off.",
            "Say a folder on a disk of this machine with --data-dir.",
        ),
        F::DatabaseGood => (Ok, "The database is there and whole, as far as a quick look can tell.", ""),
        F::FilesGood => (Ok, "Files that people have sent: {count}, {mb:size}. On their way: {unfinished}.", ""),
        F::FilesUncounted => (Ok, "The files that people have sent are being counted. On their way: {unfinished}.", ""),
        F::FilesRemoved => (Ok, "Files that nothing needed, and that the newest start removed: {removed}.", ""),
        F::FilesMissing => (
            Problem,
            "Files that messages show and that are not there: {missing}. Among them: {paths}.",
            "Put them into the data folder again from a backup, under these names, and start porch anew. Without one \
             they are lost: whoever has sent them can send them again. If nobody removed them, check the disk.",
        ),
        F::FilesNoSpace => (
            Warning,
            "There is no room for more files: {free_mb:size} are free, and {kept_mb:size} of the disk stay free for \
             messages and for the system.",
            "Delete large files in the chat (the page of the box says who has sent the most), remove what else is on the \
             disk, or use a larger one.",
        ),
        F::DatabaseNewer => (
            Problem,
            "The database was made by a newer porch: its layout is {found}, this porch knows up to {known}.",
            "Install that version again.",
        ),
        F::DatabaseBroken => (
            Problem,
            "The database is damaged: {reason}.",
            "Stop porch, and copy the whole data folder before anything else. Then put the database back from a \
             backup; without one, `sqlite3 porch.db .recover` reads what can be read.",
        ),
        F::DatabaseFailing => (
            Problem,
            "The disk fails: {reason}.",
            "Nothing says that the database is damaged. Copy the whole data folder to another disk, then check this one.",
        ),
        F::DatabaseFull => (
            Problem,
            "The disk is full: nothing new is kept, and nothing that was is lost.",
            "Make room: remove what else is on the disk, or use a larger one. porch goes on by itself.",
        ),
        F::DatabaseGone => (
            Problem,
            "The data folder {path} has been in use, but its database is gone: porch does not start.",
            "Put porch.db back from a backup. To begin anew with nobody and no messages: porch begin-anew --data-dir \
             {path}",
        ),
        F::DatabaseLost => (
            Problem,
            "The database has lost its newest part: {events|some} messages and changes that had been kept are missing. \
             It was noticed {ago_s:span} ago.",
            "What is there is sound. If there is a newer copy of the data folder, stop porch and put the whole folder \
             back. A card that loses what it has kept is failing: make a backup, and replace it.",
        ),

        F::Unchecked => {
            (Warning, "This could not be checked: {reason}.", "Try again as the user that porch runs as, or as root.")
        }
    }
}

/// A line of the report; every place in the finding's text has a value.
pub(super) fn line<const N: usize>(check: Check, finding: Finding, values: [(&str, String); N]) -> Checked {
    let values: BTreeMap<_, _> = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    debug_assert!(places(finding).iter().eq(values.keys()), "{finding:?} is given {values:?}");
    let (level, says, advice) = text(finding);
    Checked { check, level, finding, says: fill(says, &values), advice: fill(advice, &values), values }
}

/// Puts values in their places.
fn fill(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (place, after) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(before);
        filled.push_str(&place_filled(place, values));
        rest = after;
    }
    filled + rest
}

fn place_filled(place: &str, values: &BTreeMap<String, String>) -> String {
    let value = |name: &str| values.get(name).cloned().unwrap_or_default();
    if let Some((name, words)) = place.split_once('|') {
        return Some(value(name)).filter(|value| !value.is_empty()).unwrap_or_else(|| words.to_owned());
    }
    match place.split_once(':') {
        Some((name, "size")) => size(value(name).parse().unwrap_or_default()),
        Some((name, _)) => span(value(name).parse().unwrap_or_default()),
        None => value(place),
    }
}

/// Megabytes as people say them.
fn size(mb: u64) -> String {
    match mb {
        0..1_000 => format!("{mb} MB"),
        1_000..1_000_000 => format!("{}.{} GB", mb / 1_000, mb / 100 % 10),
        _ => format!("{}.{} TB", mb / 1_000_000, mb / 100_000 % 10),
    }
}

/// Seconds as people say them.
fn span(seconds: i64) -> String {
    const UNITS: [(u64, &str); 4] = [(365 * 86_400, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute")];
    let seconds = seconds.unsigned_abs();
    let (count, unit) = UNITS
        .into_iter()
        .find(|(length, _)| seconds >= *length)
        .map_or((seconds, "second"), |(length, unit)| (seconds / length, unit));
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// The names of the values in a finding's text, sorted.
pub fn places(finding: Finding) -> Vec<String> {
    let (_, says, advice) = text(finding);
    let both = format!("{says}{advice}");
    let places = both.split('{').skip(1).filter_map(|part| part.split('}').next());
    let names = places.filter_map(|place| place.split(['|', ':']).next()).map(str::to_owned);
    let mut names: Vec<_> = names.collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_their_places() {
        let checked = line(
            Check::Ports,
            Finding::PortTaken,
            [("scheme", "https".into()), ("port", "443".into()), ("by", "nginx (7)".into())],
        );
        assert_eq!(checked.says, "Port 443, which https needs, is taken by nginx (7).");
        assert_eq!(checked.advice, "Stop nginx (7), or give porch another port with --https.");
        let unknown = line(Check::Responders, Finding::RespondersExclusive, [("by", String::new())]);
        assert!(unknown.says.starts_with("Another program keeps"), "{}", unknown.says);
    }

    #[test]
    fn a_span_of_time_is_said_in_its_largest_unit() {
        let said = [1, 59, 60, 7_200, 86_400, -400 * 86_400].map(span);
        assert_eq!(said, ["1 second", "59 seconds", "1 minute", "2 hours", "1 day", "1 year"]);
        let behind = line(Check::Clock, Finding::ClockBehind, [("off_s", "-7200".into())]);
        assert_eq!(behind.says, "The clock is behind, by at least 2 hours.");
    }

    #[test]
    fn much_space_is_not_counted_in_megabytes() {
        assert_eq!([999, 1_000, 77_649, 2_050_000].map(size), ["999 MB", "1.0 GB", "77.6 GB", "2.0 TB"]);
        let good = line(Check::DiskSpace, Finding::DiskSpaceGood, [("free_mb", "77649".into())]);
        assert_eq!(good.says, "There are 77.6 GB free for messages.");
    }

    #[test]
    fn a_place_is_named_once_without_its_dressing() {
        assert_eq!(places(Finding::NameTaken), ["alias", "by", "name"]);
        assert_eq!(places(Finding::ClockBehind), ["off_s"]);
    }
}
