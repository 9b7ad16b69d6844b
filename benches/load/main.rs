//! Measures porch as a process, over wss on loopback, against a floor measured in the same run.
//!
//! `cargo bench --bench load` runs everything and prints one table; `-- --quick` takes shorter looks, `-- --only ROW`
//! takes one part. Nothing is pinned. See CONTRIBUTING for how to read the table.

mod client;
mod crowd;
mod floor;
mod histogram;
mod ledger;
mod member;
mod order;
mod proc;
mod scenario;
mod seed;
mod server;
mod table;
mod tally;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::scenario::{Findings, Part, Setting};

type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

#[derive(Parser)]
#[command(about = "Measures porch against a bare broadcast server")]
struct Arguments {
    /// Short looks: for trying a change, not for a table to publish
    #[arg(long)]
    quick: bool,
    /// One part only
    #[arg(long, value_enum, value_name = "ROW")]
    only: Option<Part>,
    /// Another binary than the one built with this bench, to compare with
    #[arg(long, value_name = "FILE")]
    porch: Option<PathBuf>,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    /// Be the floor
    #[command(hide = true)]
    Floor { dir: PathBuf },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    if let Some(Role::Floor { dir }) = arguments.role {
        return runtime.block_on(floor::serve(&dir)).map_or_else(|error| failed(&*error), |()| ExitCode::SUCCESS);
    }
    if !arguments.bench {
        // `cargo test --all-targets` runs benches too, to see that they start.
        eprintln!("this is a bench: run it with `cargo bench --bench load`");
        return ExitCode::SUCCESS;
    }
    let findings = match Setting::prepare(arguments.quick, arguments.porch) {
        Ok(setting) => runtime.block_on(scenario::run(&setting, arguments.only)),
        Err(error) => return failed(&*error),
    };
    report(&findings)
}

/// Prints the table. A machine may be slow, but a broken promise fails the run.
fn report(findings: &Findings) -> ExitCode {
    table::print(&findings.rows);
    if findings.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn failed(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("the bench failed: {error}");
    ExitCode::FAILURE
}
