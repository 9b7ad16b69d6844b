//! The binary: everything is in the library.

use std::process::ExitCode;

/// The board's binary brings its own libc, whose allocator is either slow (musl's, ten times and more) or rounds up to
/// powers of two (zig's: 8 KiB for each connection's 4 KiB of TLS buffer). This one overrides C's `malloc` too, for
/// SQLite, and asks for no huge pages, which would take 16 MB from the start.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    porch::run::main()
}
