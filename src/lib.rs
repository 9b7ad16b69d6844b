//! porch: a chat appliance for a local network, in one binary.
//!
//! ARCHITECTURE.md shows all layers and what each promises. This page follows one message through the core, with the types
//! one meets on the way; each module's first lines tell the rest.
//!
//! # What is said: [`proto`]
//!
//! A browser sends a [`ClientMessage`](proto::client::ClientMessage): it greets with `Hello`, talks with `Send`, `Read` and
//! `Typing`, and asks for all else by a [`Command`](proto::client::Command). What it hears is a
//! [`ServerMessage`](proto::server::ServerMessage). Whatever happens in a room, a message being written above all, is an
//! [`Event`](proto::event::Event) with its place in one order, [`Seq`](proto::id::Seq), whether it is heard live or was
//! missed. A value that exists is within its limits: a [`Body`](proto::text::Body) is parsed once, at the edge, and each
//! limit has its reason in [`proto::limits`].
//!
//! # Who may, and who hears: [`hub`]
//!
//! [`Hub::handle`](hub::Hub::handle) takes one [`Input`](hub::Input) and the time, and appends [`Output`](hub::Output)s; it
//! waits for nothing and reads no clock. It knows people and their connections (`hub/roster.rs`) and rooms (`hub/rooms.rs`),
//! and asks one table who may do what, [`proto::permit`]. A message it allows becomes an [`Op`](proto::op::Op) for the
//! store, and is told to nobody yet.
//!
//! # What is kept: [`store`]
//!
//! The store's writer gathers what waits into one commit, and answers each op with an [`Outcome`](proto::op::Outcome): the
//! [`Reply`](proto::op::Reply) for whoever asked, and every [`Change`](proto::change::Change) there was, whoever asked for
//! it. The hub takes up each kind of change in one place, `hub/apply.rs`: only now do the others hear, and the author with
//! them, for whom that is the acknowledgement. Who was away is given what was missed by
//! [`Reader::missed`](store::Reader::missed), one stretch of places; pages and searches are read beside the writer.
//!
//! # Around it
//!
//! [`driver`] is the task that owns the hub: inputs from sockets, outputs to an [`outbox`] each, ops to the store. [`http`]
//! is the way in, [`run`] wires everything together. A thing that many may ask for at once takes turns by [`fair`].

pub mod auth;
pub mod blobs;
pub mod clock;
pub mod config;
pub mod doctor;
pub mod doors;
pub mod driver;
pub mod fair;
mod file;
pub mod guide;
pub mod html;
pub mod http;
pub mod hub;
pub mod ingest;
pub mod lan;
pub mod log;
pub mod media;
pub mod monitor;
pub mod outbox;
pub mod picture;
pub mod poster;
pub mod proto;
pub mod qr;
pub mod run;
pub mod store;
pub mod tls;
