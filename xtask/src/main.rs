//! `cargo xtask`: everything one does with this repository, in one word each.
//!
//! Only the standard library, so that it is built in a second on a machine that has nothing yet.

mod browsers;
mod check;
mod page;
mod prove;
mod requirement;
mod run;
mod step;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  run [ARGS]   build the page and porch, and start it with your data; ARGS go to porch
  dev [URL]    live reload of the page, over the porch that runs at URL (default https://localhost:8443)
  test         everything that is tested: the box, the page, and both in browsers
  ui           build the page only
  stack FILE   name the lines behind the stacks of a file that a box has saved of its pages' errors; - reads what is typed
  types        write the types and limits of ui/src anew from src/proto
  prove [NAME] one long proof, or the list of them: floods, kills, fuzzing; minutes each
  bench        measure; the load of the machine is printed beside
  ci           formatting, lints, documentation, licences, `test`, the board's binary: what must pass
";

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let result = match command.as_str() {
        "run" => run::run(&rest),
        "dev" => run::dev(&rest),
        "test" => check::test(),
        "ui" => requirement::node().and_then(|()| page::build()),
        "stack" => page::stack(&rest),
        "types" => check::types(),
        "prove" => prove::prove(&rest),
        "bench" => check::bench(&rest),
        "ci" => check::ci(),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
