//! porch from outside: the real binary over real TLS and WebSockets, on a port and a folder of each test's own.

mod support;

mod account;
mod bad_input;
mod before;
mod brought;
mod cli;
mod clock;
mod crash;
mod cut;
mod disk;
mod doors;
mod erased;
mod invites;
mod log;
mod lost;
mod own;
mod portal;
mod protocol;
mod quiet;
mod receipts;
mod restart;
mod security;
mod slow;
mod stranger;
mod talk;
mod timedated;
mod trust;
mod wire;
