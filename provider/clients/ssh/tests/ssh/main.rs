//! The client against a real OpenSSH server.
#![allow(
    clippy::disallowed_methods,
    reason = "tests start programs such as ssh-agent, and wait for what the host does"
)]
#![allow(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod cancel;
mod exec;
mod files;
mod login;
mod support;
