//! Wires the parts together, starts them, and shuts them down in order. The only place that knows them all.

mod accounts;
mod begin_anew;
mod certificate;
mod clock;
mod doctor;
mod listeners;
mod monitor;
mod qr;
mod rooms;
mod stop;
mod system;
mod terminal;

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use rustls::ServerConfig;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::blobs::{Blobs, Uploads};
use crate::clock::{Clock, Known, wall};
use crate::config::{Command, Config, from_process};
use crate::doctor::Listening;
use crate::driver;
use crate::http::listen::{serve_plain, serve_tls};
use crate::http::plain::{CaFiles, CaptivePortal};
use crate::http::sockets::Sockets;
use crate::http::{self, App, Wiring};
use crate::hub::Hub;
use crate::lan::mdns::{Announcement, Announcer, Names};
use crate::lan::{self, Interfaces, NetworkSnapshot};
use crate::store::{OpenError, Store};
use crate::tls::{TlsError, cpu_has_aes, server_config};

use certificate::{Around, BoxEndpoint, Certificate};
use clock::Keeper;
use listeners::Listeners;
use stop::Deadline;
use system::StopSignals;
use terminal::KnownBy;

/// Threads that turn the runtime: more only hold memory on the boards porch is made for.
const WORKERS_MAX: usize = 4;
/// Threads for what blocks: passwords, pictures, reading from the disk.
const BLOCKING_THREADS_MAX: usize = 8;

/// What `main` does.
pub fn main() -> ExitCode {
    let (command, config) = match from_process() {
        Ok(read) => read,
        Err(error) => return error.report(),
    };
    if let Err(error) = crate::log::start() {
        eprintln!("porch: {error}");
        return ExitCode::from(2);
    }
    let done = match command {
        Command::BeginAnew => begin_anew::begin_anew(&config.data_dir.value),
        Command::Config => {
            // Whoever reads only the beginning, like `head`, has seen enough.
            let _ = write!(io::stdout(), "{config}");
            Ok(())
        }
        Command::Doctor { json } => return doctor::look(&config, json),
        Command::Monitor => monitor::show(&config.data_dir.value),
        Command::Qr(command) => qr::show(&config, &command),
        Command::Serve => serve(&config),
        Command::Room(command) => rooms::look_after(&config.data_dir.value, &command),
        Command::User(command) => accounts::look_after(&config.data_dir.value, &command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("porch: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Why porch does not run, in words for the person who starts it.
#[derive(Debug)]
pub(crate) enum RunError {
    /// What `porch user`, `porch room` or `porch begin-anew` was asked cannot be done.
    Refused(String),
    DataDir {
        path: PathBuf,
        fault: io::Error,
    },
    /// The data folder has been in use, and its database is gone.
    Emptied {
        dir: PathBuf,
    },
    Listen {
        key: &'static str,
        address: SocketAddr,
        fault: io::Error,
    },
    /// There is nothing to show a QR code of.
    Qr(String),
    Runtime(io::Error),
    Store(OpenError),
    Tls(TlsError),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) | Self::Qr(reason) => f.write_str(reason),
            Self::DataDir { path, fault } => write!(f, "the data folder {} cannot be used: {fault}", path.display()),
            Self::Emptied { dir } => write!(
                f,
                "the data folder {dir} has been in use, but its database is gone. porch does not begin a new box in it by \
                 itself: whoever came first would own it. Put porch.db back from a backup. To begin anew with nobody \
                 and no messages: porch begin-anew --data-dir {dir}",
                dir = dir.display()
            ),
            Self::Listen { key, address, fault } => write!(f, "{key}: cannot listen on {address}: {fault}"),
            Self::Runtime(fault) => write!(f, "the system refuses what porch needs to run: {fault}"),
            Self::Store(error) => error.fmt(f),
            Self::Tls(error) => error.fmt(f),
        }
    }
}

/// Makes the data folder, readable by its owner alone.
fn private_folder(path: &Path) -> Result<(), RunError> {
    const OWNER_ONLY: u32 = 0o700;
    let made = fs::DirBuilder::new().recursive(true).mode(OWNER_ONLY).create(path);
    made.and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(OWNER_ONLY)))
        .map_err(|fault| RunError::DataDir { path: path.into(), fault })
}

fn serve(config: &Config) -> Result<(), RunError> {
    system::raise_open_files();
    private_folder(&config.data_dir.value)?;
    begin_anew::refuse_emptied(&config.data_dir.value)?;
    // Held from here on: a second porch on this folder ends now, before it touches anything.
    let (store, snapshot) = Store::open(&config.data_dir.value, wall).map_err(RunError::Store)?;
    begin_anew::refuse_deserted(&config.data_dir.value, &store, &snapshot)?;
    let uploads = Blobs::open(&config.data_dir.value)
        .and_then(|blobs| Uploads::open(&config.data_dir.value, blobs))
        .map_err(|fault| RunError::DataDir { path: config.data_dir.value.clone(), fault })?;
    clock::begin(&config.data_dir.value, &snapshot);
    // What one before us wrote would be taken for ours.
    if let Err(fault) = Listening::clear(&config.data_dir.value) {
        log::warn!("where an earlier porch listened is still written down: {fault}");
    }
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(WORKERS_MAX);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .enable_all()
        .build()
        .map_err(RunError::Runtime)?;
    let hub = Hub::new(snapshot, env!("CARGO_PKG_VERSION"));
    let stopped = runtime.block_on(serve_until_asked(config, hub, store.clone(), uploads));
    let deadline = stopped.as_ref().map_or_else(|_| Deadline::from_now(), |stopped| stopped.deadline);
    let path = config.data_dir.value.clone();
    let (served, known) = match stopped {
        Ok(Stopped { known, .. }) => (Ok(()), known),
        Err(error) => (Err(error), None),
    };
    // What waits is committed before anything else that may hang is waited for.
    deadline.block("the store", move || {
        store.close();
        if let Some(known) = known {
            known.write(&Known::path(&path));
        }
    });
    runtime.shutdown_timeout(deadline.left());
    served
}

/// Porch has said goodbye.
struct Stopped {
    deadline: Deadline,
    /// The last time known, to be written down.
    known: Option<Known>,
}

async fn serve_until_asked(config: &Config, hub: Hub, store: Store, uploads: Uploads) -> Result<Stopped, RunError> {
    let keeper = Keeper::new(&config.data_dir.value, store.clone());
    keeper.settle().await;
    let interfaces = interfaces(config);
    let (looked, network) = watch::channel(NetworkSnapshot::look(&interfaces));
    let lan = network.borrow().lan().to_vec();
    let certificate = Certificate::open(config, &lan).map_err(RunError::Tls)?;
    let tls = server_config(certificate.resolver(), cpu_has_aes()).map_err(RunError::Tls)?;
    let Listeners { https, http, at: listening } = Listeners::bind(config)?;
    store.begin();
    // For `porch doctor` and `porch qr`, which manage without.
    if let Err(fault) = listening.write(&config.data_dir.value) {
        log::warn!("where porch listens could not be written down: {fault}");
    }

    let handle = driver::start(hub, store.clone(), Clock::start(), system::connections_max());
    let id = certificate.id(&config.data_dir.value);
    let endpoint = BoxEndpoint { https: listening.https, http_port: listening.http.port(), id: id.clone() };
    let announcer = announcer(config, &endpoint, &interfaces, &network);
    let around = Around { network, names: announcer.names() };
    let (doors, live_doors) = watch::channel(Arc::new(certificate.doors(config, &endpoint, &around)));
    let ca = certificate.root().map(|root| CaFiles::new(config.name.value.as_str(), root.der(), root.pem()));
    let known_by = ca.as_ref().map(|ca| KnownBy { fingerprint: ca.fingerprint.clone(), words: ca.words });
    let doctor = doctor::of_running(
        config,
        listening,
        announcer.names(),
        certificate.served(),
        (store.clone(), uploads.clone()),
    );
    let monitor = monitor::restored(&store).await;
    let app = App::new(Wiring {
        store,
        uploads,
        hub: handle.clone(),
        box_name: config.name.value.to_string(),
        id,
        version: env!("CARGO_PKG_VERSION"),
        ca,
        doors: live_doors,
        wall: Box::new(wall),
        doctor: doctor.into(),
        monitor,
    });

    let plain = http::plain::router(app.clone(), captive_portal(config));
    let serving = Serving::start((https, tls, http::router(app.clone())), (http, plain));
    // Before anyone is told that porch is there: who waits for that may ask it to stop at once.
    let signals = StopSignals::listen().map_err(RunError::Runtime)?;
    terminal::announce(&listening, &lan, known_by.as_ref());
    tokio::spawn(certificate.keep_current(config.clone(), endpoint, around, doors));
    tokio::spawn(lan::follow(looked, interfaces));
    tokio::spawn(keeper.clone().keep());
    tokio::spawn(app.clone().erase_removed());
    tokio::spawn(app.clone().keep_monitored());
    tokio::spawn(app.clone().end_stays_on_time());
    tokio::spawn(app.clone().look_after_uploads());
    tokio::spawn(app.clone().remove_unneeded_blobs());
    tokio::spawn(system::keep_watchdog_content());
    system::notify(NotifyState::Ready);
    signals.asked_to_stop().await;

    let deadline = Deadline::from_now();
    log::info!("stopping");
    system::notify(NotifyState::Stopping);
    // What is left of it counts for nothing once the folder is free.
    let _ = Listening::clear(&config.data_dir.value);
    deadline.farewell(announcer.goodbye(), serving.end(handle)).await;
    deadline.until(app.write_monitored()).await;
    let known = deadline.until(keeper.known()).await.flatten();
    Ok(Stopped { deadline, known })
}

/// Tells the network of the box by mDNS, unless the owner does not want it.
fn announcer(
    config: &Config,
    endpoint: &BoxEndpoint,
    interfaces: &Interfaces,
    network: &watch::Receiver<NetworkSnapshot>,
) -> Announcer {
    let label = config.name.value.label();
    if config.no_mdns.value {
        return Announcer::silent(Names::new(label, &endpoint.id));
    }
    let announcement = Announcement {
        box_name: config.name.value.to_string(),
        label: label.to_owned(),
        id: endpoint.id.clone(),
        bound: endpoint.https.ip(),
        https_port: endpoint.https.port(),
        http_port: endpoint.http_port,
        version: env!("CARGO_PKG_VERSION"),
        interfaces: interfaces.clone(),
    };
    Announcer::start(announcement, network.clone())
}

fn captive_portal(config: &Config) -> CaptivePortal {
    match config.captive_portal.value {
        true => CaptivePortal::On(Box::new(wall)),
        false => CaptivePortal::Off,
    }
}

/// Both listeners at work, until they are told to stop.
struct Serving {
    listeners: JoinSet<()>,
    sockets: Sockets,
    stop: watch::Sender<bool>,
}

impl Serving {
    fn start(https: (TcpListener, ServerConfig, Router), http: (TcpListener, Router)) -> Self {
        let (stop, shutdown) = watch::channel(false);
        let sockets = Sockets::new(system::sockets_max());
        let mut listeners = JoinSet::new();
        let ((https, tls, pages), (http, plain)) = (https, http);
        listeners.spawn(serve_tls(https, tls.into(), pages, sockets.clone(), shutdown.clone()));
        listeners.spawn(serve_plain(http, plain, sockets.clone(), shutdown));
        Self { listeners, sockets, stop }
    }

    /// No new connections; those there are told why, and get the time to hear it.
    async fn end(mut self, hub: driver::Handle) {
        let _ = self.stop.send(true);
        while self.listeners.join_next().await.is_some() {}
        hub.go_away().await;
        self.sockets.all_closed().await;
    }
}

/// The interfaces through which people come.
fn interfaces(config: &Config) -> Interfaces {
    Interfaces::only(config.interfaces.value.iter().map(ToString::to_string).collect())
}
