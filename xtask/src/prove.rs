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
    Proof { name: "queries", claim: "the worst search takes 50 ms of processor time at most, in 300,000 messages" },
];

/// Runs the proof with this name; without one, lists them.
pub fn prove(args: &[String]) -> Result<(), Failure> {
    let Some(name) = args.first() else {
        println!("{}", list());
        return Ok(());
    };
    let proof = PROOFS.iter().find(|proof| proof.name == name);
    let proof = proof.ok_or_else(|| format!("there is no proof {name:?}. There are:\n{}", list()))?;
    requirement::rust()?;
    println!("to prove: {}", proof.claim);
    let filter = format!("{}::", proof.name.replace('-', "_"));
    // Optimised, as figures count; one at a time, as each wants the whole machine.
    let line = Line::new("cargo test --release --package porch --test prove --").arg(filter);
    line.arg("--nocapture").arg("--test-threads=1").run()
}

fn list() -> String {
    let lines: Vec<String> = PROOFS.iter().map(|proof| format!("  {:<16} {}", proof.name, proof.claim)).collect();
    lines.join("\n")
}
