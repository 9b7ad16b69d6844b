//! The command line. Values stay text here: flags, environment and file are checked alike, in one place.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

use super::{Key, Raw};

/// A chat appliance for a local network.
#[derive(Debug, Parser)]
#[command(name = "porch", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) flags: Flags,
}

const AFTER_HELP: &str = "Every option is also an environment variable (--data-dir: PORCH_DATA_DIR) and a key of the \
    TOML file (data-dir = \"...\"). A flag wins over the environment, the environment over the file. \
    PORCH_LOG sets what is logged: error, warn, info (the default), debug or trace.";

/// What porch is asked to do.
#[derive(Clone, Debug, Default, Eq, PartialEq, Subcommand)]
pub enum Command {
    /// Serve the box (what porch does when nothing is said)
    #[default]
    Serve,
    /// Begin with an empty database where the one there was is gone; what is left of it is set aside
    BeginAnew,
    /// Print the effective configuration, and where each value came from
    Config,
    /// Check what porch needs: ports, network, clock, certificate, disk. Ends with 1 when there is a problem
    Doctor {
        /// Print what the owner's page is given, as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what pages have told of their errors and of how quick they were, as JSON
    Monitor,
    /// Show where the running box is, as a QR code
    Qr(QrCommand),
    /// Look after rooms, for the day somebody made too many
    #[command(subcommand)]
    Room(RoomCommand),
    /// Look after accounts, for the day the owner forgot a password
    #[command(subcommand)]
    User(UserCommand),
}

/// In what form to show where the box is.
#[derive(Args, Clone, Debug, Default, Eq, PartialEq)]
pub struct QrCommand {
    /// Write the code to this file, as SVG
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    pub svg: Option<PathBuf>,
    /// Print only the address
    #[arg(long)]
    pub url: bool,
}

/// What to do with rooms.
#[derive(Clone, Debug, Eq, PartialEq, Subcommand)]
pub enum RoomCommand {
    /// List the rooms
    List,
    /// Remove rooms, with everything that was said in them
    Remove {
        /// All that this person has made
        #[arg(long, value_name = "NAME")]
        made_by: String,
    },
}

/// What to do with accounts.
#[derive(Clone, Debug, Eq, PartialEq, Subcommand)]
pub enum UserCommand {
    /// List the accounts
    List,
    /// Give an account a new password, which is printed
    ResetPassword {
        /// The person's name
        name: String,
    },
    /// Make an account an owner of the box
    MakeOwner {
        /// The person's name
        name: String,
    },
    /// Make an owner of the box a member like others
    RevokeOwner {
        /// The person's name
        name: String,
    },
    /// Sign an account out wherever it is signed in
    SignOut {
        /// The person's name
        name: String,
    },
    /// Delete an account. What it wrote stays, without the name
    Delete {
        /// The person's name
        name: String,
    },
}

#[derive(Args, Debug, Default)]
pub(super) struct Flags {
    /// Read options from this TOML file
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Keep accounts, messages and certificates in this folder [default: $STATE_DIRECTORY under systemd, else porch in the XDG data folder]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<OsString>,
    /// Serve HTTPS here: 8443, 127.0.0.1:0, 0.0.0.0:443 [default: 443 when allowed, else 8443]
    #[arg(long, global = true, value_name = "ADDR")]
    https: Option<String>,
    /// Guide people here who do not trust the box yet, over plain HTTP [default: 80 when allowed, else 8080]
    #[arg(long, global = true, value_name = "ADDR")]
    http: Option<String>,
    /// Call the box by this name [default: porch]
    #[arg(long, global = true, value_name = "NAME")]
    name: Option<String>,
    /// Answer to these host names too (for example chat.home.arpa; they go into the certificate)
    #[arg(long, global = true, value_name = "NAME,...", value_delimiter = ',')]
    names: Option<Vec<String>>,
    /// Let the box's own CA speak for these address ranges too, for a LAN on public addresses; say it before the first start
    #[arg(long, global = true, value_name = "RANGE,...", value_delimiter = ',')]
    ranges: Option<Vec<String>>,
    /// Be found through these network interfaces only [default: all but loopback, tunnels, and those of containers and virtual machines]
    #[arg(long, global = true, value_name = "NAME,...", value_delimiter = ',')]
    interfaces: Option<Vec<String>>,
    /// Do not announce the box on the network by mDNS
    #[arg(long, global = true, action = ArgAction::SetTrue)]
    no_mdns: bool,
    /// Answer phones that ask whether this is the Internet: for a Wi-Fi whose gateway and DNS is this box
    #[arg(long, global = true, action = ArgAction::SetTrue)]
    captive_portal: bool,
    /// Serve this certificate chain (PEM) instead of one from the box's own CA; needs --key
    #[arg(long, global = true, value_name = "FILE")]
    cert: Option<OsString>,
    /// The private key (PEM) of --cert
    #[arg(long, global = true, value_name = "FILE")]
    key: Option<OsString>,
}

impl Flags {
    /// The value of one key as it was written, if it was.
    pub(super) fn raw(&self, key: Key) -> Option<Raw> {
        let text = |value: &Option<String>| value.clone().map(|text| Raw::Text(text.into()));
        let path = |value: &Option<OsString>| value.clone().map(Raw::Text);
        match key {
            Key::CaptivePortal => self.captive_portal.then_some(Raw::Switch(true)),
            Key::Cert => path(&self.cert),
            Key::DataDir => path(&self.data_dir),
            Key::Http => text(&self.http),
            Key::Https => text(&self.https),
            Key::Interfaces => self.interfaces.clone().map(Raw::List),
            Key::Key => path(&self.key),
            Key::Name => text(&self.name),
            Key::Names => self.names.clone().map(Raw::List),
            Key::NoMdns => self.no_mdns.then_some(Raw::Switch(true)),
            Key::Ranges => self.ranges.clone().map(Raw::List),
        }
    }
}
