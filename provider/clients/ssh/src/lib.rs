//! An SSH client with checked host keys, deadlines and cancellation.
//!
//! [`Pool`] keeps one session per login and gives out [`Host`]s, on which commands run and files
//! are written. Host keys are always checked; only algorithms without known weaknesses are offered;
//! a host needs a POSIX shell and nothing more. Everything that takes time takes a
//! [`Scope`](plinth_wait::Scope) and ends with it.
//!
//! There is no SFTP, no jump host, no `ssh_config` and no host certificate here.

mod auth;
mod connection;
mod error;
mod files;
mod host;
mod hostkey;
mod login;
mod pool;
mod quote;
mod script;
mod secret;
mod target;
mod transport;

pub use auth::Auth;
pub use error::{Error, Reason, Step};
pub use files::{Attributes, DirectoryRequest, FileKind, FileStat, UploadRequest};
pub use host::Host;
pub use hostkey::{HostKey, HostKeyPolicy, InvalidHostKey, fingerprint, known_host_line};
pub use login::{Login, Settings};
pub use pool::Pool;
pub use quote::quote;
pub use secret::Secret;
pub use target::{Target, Timeouts};
pub use transport::{Command, Exit, Output, Transport};
