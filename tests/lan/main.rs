//! The box on a network of its own: who finds it, by what name, and what becomes of that as boxes and addresses come
//! and go. Resolvers that are not ours ask: Avahi, and python-zeroconf.
//!
//! The network is made of namespaces, and of nothing outside them: a bridge, boxes and hosts, without a router. That
//! takes root, iproute2 and the two resolvers (see `.ci/run`). Where they are missing the tests are skipped aloud; in
//! CI they fail.

mod avahi;
mod lab;
#[allow(dead_code, unused_imports, reason = "of the support for tests over the loopback, a part is of use here")]
#[path = "../e2e/support/mod.rs"]
mod support;
mod zeroconf;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use avahi::Avahi;
use lab::{Box, HTTP_PORT, HTTPS_PORT, Lab, await_that};
use support::{Door, EVERYONE};
use zeroconf::Zeroconf;

const HELD: &str = "on the network, the box is called porch.local";

fn set(addresses: &[&str]) -> BTreeSet<IpAddr> {
    addresses.iter().map(|address| address.parse().expect("an address")).collect()
}

#[tokio::test]
async fn hosts_find_the_box_by_its_names_and_its_services_until_it_says_goodbye() {
    let Some(lab) = Lab::make(&["box", "avahi", "zeroconf"]) else { return };
    let machine = lab.machine("box");
    // As docker leaves it, and a cable that nobody uses.
    machine.ip("link add docker0 type bridge");
    machine.ip("addr add 172.17.0.1/16 dev docker0");
    machine.ip("link set docker0 up");
    let avahi = Avahi::start(&lab, "avahi", "avahi").await;
    let zeroconf = Zeroconf::on(&lab, "zeroconf");
    let watcher = zeroconf.watch("_https._tcp.local.").await;

    let porch = Box::start(&lab, "box", &["--name", "教室"]).await;
    porch.says(HELD).await;
    let alias = porch.alias();
    for name in ["porch.local", &alias] {
        assert_eq!(avahi.resolve(name, 4), Some(machine.v4()), "{name}");
        assert_eq!(avahi.resolve(name, 6), Some(machine.v6()), "{name}");
        assert_eq!(zeroconf.resolve(name), set(&["10.77.0.1", "fd77::1"]), "{name}");
    }
    assert_eq!(avahi.resolve("other.local", 4), None);
    assert_eq!(zeroconf.resolve("other.local"), set(&[]));

    let instance = format!("教室 ({})", porch.id());
    for (kind, port) in [("_https._tcp", HTTPS_PORT), ("_http._tcp", HTTP_PORT)] {
        let offered = avahi.browse(kind);
        let seen = offered.iter().find(|service| service.instance == instance);
        let seen = seen.unwrap_or_else(|| panic!("{kind} is not among {offered:?}"));
        assert_eq!((&seen.host, seen.port), (&alias, port));
        assert_eq!(seen.texts, ["path=/", concat!("version=", env!("CARGO_PKG_VERSION"))]);
        let service = zeroconf.service(kind, &instance);
        assert_eq!(service["host"], format!("{alias}."));
        assert_eq!(service["port"], port);
        assert_eq!(service["texts"]["path"], "/");
        assert_eq!(service["texts"]["version"], env!("CARGO_PKG_VERSION"));
    }

    watcher.sees(&format!("add {instance}._https._tcp.local.")).await;
    assert!(porch.stop().await.success());
    watcher.sees(&format!("remove {instance}._https._tcp.local.")).await;
    await_that("Avahi's forgetting the box", || avahi.resolve("porch.local", 4).is_none()).await;
}

#[tokio::test]
async fn a_second_box_of_the_same_name_keeps_its_alias_and_takes_the_name_once_it_is_free() {
    let Some(lab) = Lab::make(&["first", "second", "avahi", "zeroconf"]) else { return };
    let avahi = Avahi::start(&lab, "avahi", "avahi").await;
    let zeroconf = Zeroconf::on(&lab, "zeroconf");
    let first = Box::start(&lab, "first", &[]).await;
    first.says(HELD).await;

    let second = Box::start(&lab, "second", &[]).await;
    let alias = second.alias();
    second.says("porch.local is taken by").await;
    second.says(&format!("the box is called {alias}, and will be porch.local too once that is free")).await;
    assert_ne!(alias, first.alias());
    let sent_before = lab.machine("second").packets_sent();
    for (name, machine) in [("porch.local", "first"), (&first.alias(), "first"), (&alias, "second")] {
        let machine = lab.machine(machine);
        assert_eq!(avahi.resolve(name, 4), Some(machine.v4()), "{name}");
        assert_eq!(zeroconf.resolve(name), [machine.v4(), machine.v6()].into(), "{name}");
    }
    // No other name is invented.
    assert_eq!(zeroconf.resolve("porch-2.local"), set(&[]));
    assert_eq!(zeroconf.service("_https._tcp", &format!("porch ({})", second.id()))["host"], format!("{alias}."));
    assert!(!second.log().contains(HELD), "{}", second.log());
    // Eight questions were asked, and few more should be answered.
    let sent = lab.machine("second").packets_sent() - sent_before;
    assert!(sent < 200, "the second box keeps on talking: {sent} packets");

    // Its owner hears of it on the page.
    lab.machine("zeroconf").enter();
    let machine = lab.machine("second");
    let door = Door::through((machine.v4(), HTTPS_PORT).into(), (machine.v4(), HTTP_PORT).into()).await;
    let owner = door.register("Ada").await;
    let report = owner.get("/api/doctor?quick=true").await;
    let of_name = report["checks"].as_array().and_then(|lines| lines.iter().find(|line| line["check"] == "name"));
    let line = of_name.unwrap_or_else(|| panic!("nothing of the name in {report}"));
    assert_eq!((&line["level"], &line["finding"]), (&"warning".into(), &"name_taken".into()), "{line}");
    assert_eq!(line["values"]["alias"], alias);
    let doors = owner.get("/api/doors").await.to_string();
    assert!(doors.contains(&alias) && !doors.contains("//porch.local"), "{doors}");

    assert!(first.stop().await.success());
    second.says(HELD).await;
    let machine = lab.machine("second");
    await_that("Avahi's learning the new holder", || avahi.resolve("porch.local", 4) == Some(machine.v4())).await;
    assert_eq!(zeroconf.resolve("porch.local"), [machine.v4(), machine.v6()].into());
}

#[tokio::test]
async fn of_two_boxes_that_start_at_once_exactly_one_holds_the_name() {
    let Some(lab) = Lab::make(&["one", "other", "zeroconf"]) else { return };
    let zeroconf = Zeroconf::on(&lab, "zeroconf");
    let (one, other) = tokio::join!(Box::start(&lab, "one", &[]), Box::start(&lab, "other", &[]));
    let is_held = |porch: &Box| porch.log().contains(HELD);
    let is_taken = |porch: &Box| porch.log().contains("porch.local is taken by");
    let is_settled = || (is_held(&one) && is_taken(&other)) || (is_held(&other) && is_taken(&one));
    await_that("one box's having the name, and the other's knowing it", is_settled).await;
    assert!(is_held(&one) != is_held(&other), "{}{}", one.log(), other.log());
    let holder = lab.machine(if is_held(&one) { "one" } else { "other" });
    assert_eq!(zeroconf.resolve("porch.local"), [holder.v4(), holder.v6()].into());
}

#[tokio::test]
async fn of_two_boxes_whose_networks_are_joined_exactly_one_keeps_the_name() {
    let Some(lab) = Lab::make(&["one", "other"]) else { return };
    lab.part("other");
    let (one, other) = tokio::join!(Box::start(&lab, "one", &[]), Box::start(&lab, "other", &[]));
    one.says(HELD).await;
    other.says(HELD).await;
    lab.join("other");
    let holds = |porch: &Box| porch.log().lines().rfind(|line| line.contains("porch.local")).map(|l| l.contains(HELD));
    let noticed = || format!("{}{}", one.log(), other.log()).contains("porch.local is taken by");
    await_that("their noticing each other", noticed).await;
    await_that("one's having the name", || holds(&one) != holds(&other)).await;
}

#[tokio::test]
async fn a_new_address_is_told_and_certified_while_a_connection_over_another_stays() {
    let Some(lab) = Lab::make(&["box", "avahi", "zeroconf"]) else { return };
    let machine = lab.machine("box");
    let here = lab.machine("zeroconf");
    machine.ip("addr add 10.78.0.1/24 dev eth0");
    here.ip("addr add 10.78.0.3/24 dev eth0");
    let avahi = Avahi::start(&lab, "avahi", "avahi").await;
    let zeroconf = Zeroconf::on(&lab, "zeroconf");
    let porch = Box::start(&lab, "box", &[]).await;
    porch.says(HELD).await;
    assert_eq!(zeroconf.resolve("porch.local"), set(&["10.77.0.1", "10.78.0.1", "fd77::1"]));

    // From here on, this test is a host of that network.
    here.enter();
    let door = Door::through((machine.v4(), HTTPS_PORT).into(), (machine.v4(), HTTP_PORT).into()).await;
    let ada = door.register("Ada").await;
    let mut socket = ada.arrive().await;
    socket.post(EVERYONE, "01-a", "Before").await;

    machine.ip("addr del 10.78.0.1/24 dev eth0");
    machine.ip("addr add 10.78.0.9/24 dev eth0");
    let alias = porch.alias();
    let now = set(&["10.77.0.1", "10.78.0.9", "fd77::1"]);
    for name in ["porch.local", &alias] {
        await_that("the new address's being told", || zeroconf.resolve(name) == now).await;
        await_that("the old one's being forgotten", || {
            avahi.resolve(name, 4).is_some_and(|address| now.contains(&address))
        })
        .await;
    }
    let mut there = door.clone();
    there.https = SocketAddr::from(([10, 78, 0, 9], HTTPS_PORT));
    porch.says("issued a certificate, because names or addresses changed").await;
    there.wire().await.expect("the certificate holds the new address");
    socket.post(EVERYONE, "01-b", "After").await;
    assert!(!porch.log().contains("is taken by"), "{}", porch.log());
}

#[tokio::test]
async fn another_responder_on_the_same_machine_with_the_same_name_is_no_stranger() {
    let Some(lab) = Lab::make(&["box", "zeroconf"]) else { return };
    let zeroconf = Zeroconf::on(&lab, "zeroconf");
    let machine = lab.machine("box");
    let _beside = Avahi::start(&lab, "box", "porch").await;
    await_that("Avahi's announcing", || zeroconf.resolve("porch.local").contains(&machine.v4())).await;
    let porch = Box::start(&lab, "box", &[]).await;
    porch.says("answers on the mDNS port, too").await;
    porch.says(HELD).await;
    for name in ["porch.local", &porch.alias()] {
        assert_eq!(zeroconf.resolve(name), [machine.v4(), machine.v6()].into(), "{name}");
    }
}

#[tokio::test]
async fn a_machine_that_refuses_mdns_is_served_all_the_same() {
    let Some(lab) = Lab::make(&["box"]) else { return };
    let machine = lab.machine("box");
    machine.enter();
    // Not to be shared with anybody.
    let _kept = UdpSocket::bind(("0.0.0.0", 5353)).expect("nobody else is here");
    let porch = Box::start(&lab, "box", &[]).await;
    porch.says("the box cannot be found by name, only by its addresses").await;
    assert!(porch.log().contains("keeps the mDNS port for itself"), "{}", porch.log());
    let door = Door::through((machine.v4(), HTTPS_PORT).into(), (machine.v4(), HTTP_PORT).into()).await;
    door.wire().await.expect("it is served");
    assert!(porch.stop().await.success());
}
