//! A provider seen from Terraform's side.
//!
//! - [`oracle`]: what Terraform demands of a provider's answers, as pure functions that
//!   return every [`Violation`].
//! - [`driver`]: plays Terraform for one resource instance, request by request, and asks the
//!   oracle after each.
//! - [`generate`]: random types, values, schemas and configurations.

pub mod client;
pub mod driver;
pub mod generate;
pub mod oracle;
pub mod probe;

pub use client::Client;
pub use driver::{Applied, Failure, Instance};
pub use oracle::{Rule, Violation};
