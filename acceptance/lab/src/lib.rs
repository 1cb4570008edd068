//! Real programs to test against: started, awaited, stopped.
//!
//! Whatever is started listens on 127.0.0.1 only, keeps its files in a temporary directory and is
//! gone, with all it started, when its handle is dropped. Nothing here prints.
#![allow(
    clippy::disallowed_methods,
    reason = "starting programs is what this crate is for, and it waits for them without a runtime"
)]

pub mod processes;
pub mod proxy;
pub mod servers;
pub mod sshd;
