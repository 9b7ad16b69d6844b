use super::*;

fn name(text: &str) -> DnsName {
    DnsName::parse(text).unwrap()
}

fn host(text: &str) -> Host {
    Host::parse(text).unwrap_or_else(|| panic!("{text} is a host"))
}

/// A box called porch with an alias and one configured name, listening at `https`.
fn doors(https: &str, lan: &[&str]) -> Doors {
    doors_while(https, lan, NameState::Held)
}

fn doors_while(https: &str, lan: &[&str], state: NameState) -> Doors {
    let names = [name("chat.home.arpa"), name("porch-7f3a.local")];
    let lan: Vec<IpAddr> = lan.iter().map(|address| address.parse().unwrap()).collect();
    Doors::new(Facts {
        https: https.parse().unwrap(),
        http_port: 8080,
        label: "porch",
        state,
        names: &names[..1],
        answered: HostNames::of_box("porch", "porch-7f3a", &names, &lan),
        parents: vec![name("example.org")],
        lan: &lan,
    })
}

const LAN: [&str; 3] = ["192.168.1.7", "10.0.0.7", "fd00::7"];

#[test]
fn every_spelling_of_a_door_leads_home() {
    let doors = doors("[::]:443", &LAN);
    let mut spellings = vec!["porch.local", "PORCH.Local", "porch.local.", "porch.local:443", "porch.local.:80"];
    spellings.extend([
        "porch",
        "localhost:8443",
        "chat.home.arpa",
        "porch-7f3a.local",
        "a.example.org",
        "porch.local:",
    ]);
    spellings.extend(["192.168.1.7", "10.0.0.7:1", "127.0.0.1", "[fd00::7]", "[FD00:0::7]:8443", "[::1]"]);
    spellings.push("[::ffff:192.168.1.7]");
    for spelling in spellings {
        assert!(doors.lead_to(&host(spelling)), "{spelling}");
    }
}

#[test]
fn a_host_that_is_not_the_boxs_does_not() {
    let doors = doors("[::]:443", &LAN);
    let mut strangers = vec!["evil.example", "porch.local.evil.example", "xporch.local", "evil.porch.local", "local"];
    strangers.extend(["example.org", "a.b.example.org", "porch.localdomain", "192.168.1.8", "[fd00::8]", "8.8.8.8"]);
    for stranger in strangers {
        assert!(!doors.lead_to(&host(stranger)), "{stranger}");
    }
}

#[test]
fn what_is_no_host_is_refused() {
    let mut wrong = vec!["", ":80", "a b", "porch.local:x", "porch.local:70000", "porch.local/", "user@porch.local"];
    wrong.extend([
        "[::1",
        "::1",
        "fd00::7",
        "[fe80::1%eth0]",
        "[::1]x",
        "[porch.local]",
        "porch.local..",
        ".",
        "a:b:c",
    ]);
    wrong.extend(["porch.local:443:443", "porch.local,evil", "1.2.3", "0x7f.1", "2130706433", "porch_local", "пример"]);
    for wrong in wrong {
        assert_eq!(Host::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn people_are_told_the_likeliest_first_and_never_of_the_box_itself() {
    let urls = |doors: &Doors| doors.list().into_iter().map(|door| door.url).collect::<Vec<_>>();
    let all = doors("[::]:8443", &LAN);
    let told = [
        "https://porch.local:8443/",
        "https://192.168.1.7:8443/",
        "https://10.0.0.7:8443/",
        "https://porch-7f3a.local:8443/",
        "https://chat.home.arpa:8443/",
        "https://[fd00::7]:8443/",
    ];
    assert_eq!(urls(&all), told);
    assert_eq!(urls(&doors("0.0.0.0:8443", &LAN)), told[..5], "nothing listens on IPv6");
    assert_eq!(urls(&doors("10.0.0.7:443", &LAN))[1..3], ["https://10.0.0.7/", "https://porch-7f3a.local/"]);
    let kinds: Vec<_> = all.list().iter().map(|door| door.kind).collect();
    assert_eq!(kinds[..5], [DoorKind::Name, DoorKind::Address, DoorKind::Address, DoorKind::Alias, DoorKind::Extra]);
}

#[test]
fn the_surest_door_is_an_address_and_a_name_where_there_is_none() {
    assert_eq!(doors("[::]:443", &LAN).surest(), Some(&host("192.168.1.7")));
    assert_eq!(doors("[::]:443", &[]).surest(), Some(&host("porch.local")));
}

#[test]
fn urls_leave_the_implied_port_out() {
    let doors = doors("[::]:443", &LAN);
    assert_eq!(doors.https(&host("[fd00::7]")), "https://[fd00::7]");
    assert_eq!(doors.plain(&host("Porch.local.")), "http://porch.local:8080");
}

#[test]
fn nobody_is_sent_to_a_name_that_is_not_announced() {
    let told = |state| {
        let doors = doors_while("[::]:443", &LAN, state);
        // Who has it from before is still answered: the other box may be gone tomorrow.
        assert!(doors.lead_to(&host("porch.local")) && doors.lead_to(&host("porch-7f3a.local")));
        let kinds: Vec<_> = doors.list().iter().map(|door| door.kind).collect();
        (kinds.contains(&DoorKind::Name), kinds.contains(&DoorKind::Alias), doors.label().is_some())
    };
    assert_eq!(told(NameState::Held), (true, true, true));
    assert_eq!(told(NameState::Looking), (true, true, true));
    assert_eq!(told(NameState::Taken { by: None }), (false, true, false));
    assert_eq!(told(NameState::Off), (false, false, false));
}

#[test]
fn plain_addresses_have_the_plain_port() {
    let plain: Vec<_> = doors("[::]:443", &LAN).plain_addresses().map(|address| address.to_string()).collect();
    assert_eq!(plain, ["192.168.1.7:8080", "10.0.0.7:8080", "[fd00::7]:8080"]);
}
