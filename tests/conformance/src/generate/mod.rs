//! Random types, values, schemas and configurations, all legal by Terraform's rules.
//!
//! The strategies shrink: a failing case ends as a schema of few attributes.

mod config;
mod schema;
mod types;
mod values;

pub use config::{any_config, any_config_pair, any_plan, any_state};
pub use schema::{Shape, any_schema};
pub use types::any_type;
pub use values::{Holes, any_value};
