//! Who may set the box's clock, by the system's own timedated and polkit on a bus of the test's own.
//!
//! Both are the real ones, and so is the rule that `systemd/50-porch-clock.rules` gives polkit. Only the last step is
//! diverted: timedated has no right to set this machine's clock, and where it would ask the kernel it changes the file
//! by which libfaketime makes porch's clock wrong.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    Bus, DAY, EVERYONE, FAKETIME, Folder, Person, Porch, Service, Start, ms, now, number, tool, within,
};

const TIMEDATED: &str = "/usr/lib/systemd/systemd-timedated";
const POLKITD: &str = "/usr/lib/polkit-1/polkitd";
const DBUS_DAEMON: &str = "/usr/bin/dbus-daemon";
const BUSCTL: &str = "/usr/bin/busctl";
const RULE: &str = include_str!("../../systemd/50-porch-clock.rules");
const SETTIME: &str = include_str!("support/settime.c");
/// A user without rights who is there on every system, in place of the unit's own.
const USER: &str = "nobody";
const LONG_AGO: &str = "@1970-01-02 00:00:00";
const MINUTE_MS: u64 = 60_000;

/// A board whose clock is the file `clock`, and whose polkit reads its rules in the folder `rules`.
async fn board() -> Bus {
    let dir = Bus::folder();
    let path = |name: &str| dir.path().join(name);
    fs::write(path("settime.c"), SETTIME).expect("the folder can be written");
    let compiled =
        Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([path("settime.so"), path("settime.c")]).status();
    assert!(compiled.expect("cc can be run").success());
    fs::write(path("clock"), LONG_AGO).expect("the folder can be written");
    fs::create_dir(path("rules")).expect("the folder can be written");
    fs::set_permissions(path("rules"), Permissions::from_mode(0o755)).expect("it is ours");
    let timedated = Service {
        name: "org.freedesktop.timedate1",
        // It knows of no time server, and could not set the machine's clock if it would.
        command: format!(
            "SYSTEMD_TIMEDATED_NTP_SERVICES= BOARD_CLOCK={} LD_PRELOAD={} \
             exec setpriv --inh-caps -sys_time --bounding-set -sys_time {TIMEDATED}",
            path("clock").display(),
            path("settime.so").display(),
        ),
    };
    let polkit = Service {
        name: "org.freedesktop.PolicyKit1",
        // It looks for rules in one place of the system only.
        command: format!(
            "exec unshare --mount sh -c 'mount --bind {} /etc/polkit-1/rules.d && exec {POLKITD} --no-debug'",
            path("rules").display(),
        ),
    };
    Bus::start(dir, &[timedated, polkit]).await
}

/// porch without rights, except that the files of the test need not lie open for it.
fn under_nobody(bus: &Bus) -> Vec<String> {
    let files = "caps=+dac_override,+dac_read_search";
    let words = [
        "setpriv".to_owned(),
        format!("--reuid={USER}"),
        "--regid=nogroup".to_owned(),
        "--clear-groups".to_owned(),
        format!("--inh-{files}"),
        format!("--ambient-{files}"),
        "env".to_owned(),
        bus.variable(),
        format!("LD_PRELOAD={FAKETIME}"),
        format!("FAKETIME_TIMESTAMP_FILE={}", bus.path("clock").display()),
        "FAKETIME_NO_CACHE=1".to_owned(),
        "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
    ];
    words.to_vec()
}

/// Waits until the clock's answer is as wanted.
async fn clock_that(owner: &Person, wanted: impl Fn(&Value) -> bool) -> Value {
    let looks = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        loop {
            ticks.tick().await;
            let clock = owner.get("/api/clock").await;
            if wanted(&clock) {
                return clock;
            }
        }
    };
    within("the wanted clock", looks).await
}

fn is_root() -> bool {
    let root = rustix::process::getuid().is_root();
    assert!(root || std::env::var_os("CI").is_none(), "this test needs root, for a polkit of its own");
    if !root {
        eprintln!("SKIPPED: this test needs root, for a polkit of its own");
    }
    root
}

#[tokio::test]
async fn the_owner_sets_the_clock_of_a_board_once_its_polkit_has_the_rule() {
    let tools = [FAKETIME, TIMEDATED, POLKITD, DBUS_DAEMON, BUSCTL];
    if !tools.into_iter().all(tool) || !is_root() {
        return;
    }
    let bus = board().await;
    let folder = Folder::new();
    let porch = Porch::start_with(Start { under: under_nobody(&bus), ..Start::on(&folder) }).await;
    let owner = porch.door.register("Ada").await;
    let board_clock = || fs::read_to_string(bus.path("clock")).expect("it is there");

    let clock = owner.get("/api/clock").await;
    assert_eq!((&clock["trust"], &clock["can_set"]), (&json!("behind"), &json!(false)), "{clock}");
    let refused = owner.ask("PUT", "/api/clock", Some(&json!({"now": ms(now())}))).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "clock_refused"), "{refused:?}");
    assert!(
        refused.json()["error"]["message"].as_str().is_some_and(|why| why.contains("does not allow")),
        "{refused:?}"
    );
    assert_eq!(board_clock(), LONG_AGO);

    assert!(RULE.contains("\"porch\""), "{RULE}");
    let rule = bus.path("rules/50-porch-clock.rules");
    fs::write(&rule, RULE.replace("\"porch\"", &format!("\"{USER}\""))).expect("the folder can be written");
    let clock = clock_that(&owner, |clock| clock["can_set"] == true).await;
    assert_eq!(clock["trust"], "behind");

    let asked = ms(now());
    let set = owner.ask("PUT", "/api/clock", Some(&json!({"now": asked}))).await;
    assert_eq!(set.status, 200, "{set:?}");
    // The kernel of the test's machine may be synchronized itself.
    let trust = &set.json()["trust"];
    assert!(trust == "plausible" || trust == "synchronized", "{set:?}");
    assert!(number(&set.json()["now"]).abs_diff(asked) < MINUTE_MS, "{set:?}");
    let offset: i64 = board_clock().trim().parse().expect("seconds");
    assert!(offset.unsigned_abs() < 60, "{offset}");
    assert!(folder.log().contains("the clock is believed again"), "{}", folder.log());
    let sent = owner.arrive().await.post(EVERYONE, "01-a", "At last").await;
    assert!(number(&sent["sent_at"]).abs_diff(asked) < MINUTE_MS, "{sent}");
    assert!(porch.door.accepted_at(now()).await);
}

/// `python3-dbusmock`'s timedated stands in for one with a time server: the real one would ask systemd for it.
#[tokio::test]
async fn a_clock_that_a_time_server_keeps_is_believed_and_not_set() {
    const MOCK: &str = "/usr/lib/python3/dist-packages/dbusmock/templates/timedated.py";
    if ![FAKETIME, MOCK, DBUS_DAEMON, BUSCTL].into_iter().all(tool) {
        return;
    }
    let name = "org.freedesktop.timedate1";
    let command = "exec /usr/bin/python3 -m dbusmock --system --template timedated".to_owned();
    let bus = Bus::start(Bus::folder(), &[Service { name, command }]).await;
    let folder = Folder::new();
    let start = |clock: &str| {
        let words = [
            "env",
            &bus.variable(),
            &format!("LD_PRELOAD={FAKETIME}"),
            &format!("FAKETIME={clock}"),
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
        ];
        Porch::start_with(Start { under: words.map(String::from).to_vec(), ..Start::on(&folder) })
    };
    let porch = start("+100d").await;
    let then = now() + 100 * DAY;
    let owner = porch.door.register("Ada").await;
    let clock = clock_that(&owner, |clock| clock["trust"] == "synchronized").await;
    assert!(number(&clock["now"]) >= ms(then) && clock["can_set"] == false, "{clock}");
    let refused = owner.ask("PUT", "/api/clock", Some(&json!({"now": ms(now())}))).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "clock_synchronized"), "{refused:?}");
    let sent = owner.arrive().await.post(EVERYONE, "01-a", "From the future").await;
    assert!(number(&sent["sent_at"]) >= ms(then), "{sent}");
    assert!(porch.stop().await.success());

    // The time server was wrong, and is right again: the box is not pinned in the future.
    let porch = start("+0").await;
    let owner = Person { door: porch.door.clone(), ..owner };
    let clock = clock_that(&owner, |clock| clock["trust"] == "synchronized").await;
    assert!(number(&clock["now"]) <= ms(now()), "{clock}");
    let sent = owner.arrive().await.post(EVERYONE, "01-b", "From the present").await;
    assert!(number(&sent["sent_at"]) <= ms(now()), "{sent}");
}
