//! Resources, data sources, ephemeral resources, functions and actions of a Terraform or
//! OpenTofu provider, each declared once.
//!
//! A struct with `#[derive(Model)]` is schema, configuration, plan and state at once; a
//! [`Resource`] is five functions on such structs; a [`Registry`] of them is a provider that
//! `plinth_protocol` serves. The framework holds Terraform's rules (what a plan may say,
//! what must come back from apply, what survives an error) and does no I/O.

extern crate self as plinth_framework;

mod action;
mod change;
pub mod connections;
mod context;
mod data_source;
mod diagnostics;
mod ephemeral;
mod erased;
mod erased_others;
pub mod field;
mod function;
mod history;
mod list;
#[doc(hidden)]
pub mod model;
pub mod plan;
mod private;
mod provider;
mod registry;
mod resource;
pub mod rules;
pub mod schema;
mod server;
mod spelling;
mod timeouts;
mod validate;
mod view;

pub use action::{Action, Progress};
pub use change::{Action as PlannedAction, Change};
pub use context::Context;
pub use data_source::DataSource;
pub use diagnostics::{DecodeError, Diagnostics, Result};
pub use ephemeral::{EphemeralResource, Opened};
pub use field::{Computed, Dynamic, Field, Maybe, Meta, Secret, Set, WriteOnly};
pub use function::{CallError, Function};
pub use history::{Move, Upgrade};
pub use list::{ListResource, Sink};
pub use model::{Attr, Model};
pub use plinth_framework_derive::{Choice, Model};
pub use plinth_protocol::{
    Deferred, Diagnostic, Nesting, Number, Path, Severity, Step, Type, Value,
};
pub use plinth_wait::{Interrupted, Scope};
pub use private::Private;
pub use provider::Configure;
pub use registry::Registry;
pub use resource::{Identity, Import, Resource};
pub use schema::{Attribute, AttributeType, ObjectSchema, Presence, Rule};
pub use timeouts::{DurationText, Timeouts};
pub use view::View;
