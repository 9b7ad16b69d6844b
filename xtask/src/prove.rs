//! Long proofs: what takes minutes to show is not part of every test.

use crate::requirement;
use crate::step::{Failure, Line};

/// One proof, with its command.
struct Proof {
    name: &'static str,
    /// What holds when it passes.
    claim: &'static str,
}

/// Each is a module of `tests/prove` with this name, `-` as `_`.
const PROOFS: &[Proof] = &[
    Proof { name: "joins", claim: "300 people join by one invite at once within 3 s, and all are there" },
    Proof {
        name: "password-race",
        claim: "500 sign-ins against changes of the password leave no session of the old one",
    },
    Proof {
        name: "newcomers",
        claim: "two addresses with 10,000 connections that read nothing keep nobody out and make nobody wait",
    },
    Proof {
        name: "guests-home",
        claim: "1,100 guests sent home cost 200 members who stay nothing: none missed, none closed, p99 2 x",
    },
    Proof {
        name: "room-flood",
        claim: "after a flood of 3,700 rooms everyone is in within 2 s, and the owner removes them by one act",
    },
    Proof { name: "queries", claim: "the worst search takes 50 ms of processor time at most, in 300,000 messages" },
    Proof {
        name: "reaction-storm",
        claim: "200 people react to one message for 10 s: no count is lost or doubled, 4 frames a second, p99 2 x",
    },
    Proof { name: "search-flood", claim: "one account that searches on 100 connections makes nobody else wait" },
    Proof {
        name: "slow-readers",
        claim: "a box with 256 MB survives clients that ask for everything and read nothing",
    },
];

/// How a proof is made that is no module of `tests/prove`.
enum How {
    /// Each fuzz target for ten minutes.
    Fuzz,
    /// An ordinary test of `tests/e2e`, told by a variable to go on for longer.
    Longer { test: &'static str, variable: &'static str, value: &'static str },
}

const OTHERS: &[(Proof, How)] = &[
    (Proof { name: "fuzz", claim: "no input of ten minutes for each target panics or breaks an invariant" }, How::Fuzz),
    (
        Proof { name: "kills", claim: "whatever was acknowledged survives 1,000 kills, in order and once" },
        How::Longer { test: "crash::", variable: "PORCH_CRASH_ROUNDS", value: "1000" },
    ),
    (
        Proof {
            name: "kills-of-files",
            claim: "no message lacks its file and no file stays for nothing, over 500 kills",
        },
        How::Longer { test: "brought::", variable: "PORCH_CRASH_ROUNDS", value: "500" },
    ),
    (
        Proof { name: "cut", claim: "an upload of 2 GiB that is cut 20 times goes on where it was, and is whole" },
        How::Longer { test: "cut::", variable: "PORCH_CUT_BYTES", value: "2147483648" },
    ),
    (
        Proof { name: "soak", claim: "an idle box with people connected writes nothing to its disk for an hour" },
        How::Longer { test: "quiet::", variable: "PORCH_QUIET_SECONDS", value: "3600" },
    ),
];

/// Seconds of each fuzz target.
const FUZZ_SECONDS: u32 = 600;
const FUZZ_TARGETS: [&str; 3] = ["client_message", "hub_ops", "media"];

/// Runs the proof with this name; without one, lists them.
pub fn prove(args: &[String]) -> Result<(), Failure> {
    let Some(name) = args.first() else {
        println!("{}", list());
        return Ok(());
    };
    if let Some((proof, how)) = OTHERS.iter().find(|(proof, _)| proof.name == name) {
        requirement::rust()?;
        println!("to prove: {}", proof.claim);
        return otherwise(how);
    }
    let proof = PROOFS.iter().find(|proof| proof.name == name);
    let proof = proof.ok_or_else(|| format!("there is no proof {name:?}. There are:\n{}", list()))?;
    requirement::rust()?;
    println!("to prove: {}", proof.claim);
    let filter = format!("{}::", proof.name.replace('-', "_"));
    // Optimised, as figures count; one at a time, as each wants the whole machine.
    let line = Line::new("cargo test --release --package porch --test prove --").arg(filter);
    line.arg("--nocapture").arg("--test-threads=1").run()
}

fn otherwise(how: &How) -> Result<(), Failure> {
    match how {
        How::Longer { test, variable, value } => {
            let line = Line::new("cargo test --release --package porch --test e2e --").arg(test);
            line.arg("--nocapture").env(variable, value).run()
        }
        How::Fuzz => {
            requirement::cargo_fuzz()?;
            FUZZ_TARGETS.iter().try_for_each(|target| {
                // A stable compiler has what the targets need, but no sanitizers.
                let line = Line::new("cargo fuzz run --sanitizer none").folder("fuzz").env("RUSTC_BOOTSTRAP", "1");
                line.arg(target).arg("--").arg(format!("-max_total_time={FUZZ_SECONDS}")).run()
            })
        }
    }
}

fn list() -> String {
    let all = PROOFS.iter().chain(OTHERS.iter().map(|(proof, _)| proof));
    let lines: Vec<String> = all.map(|proof| format!("  {:<16} {}", proof.name, proof.claim)).collect();
    lines.join("\n")
}
