//! Terraform's life-cycle rules, asserted for a resource by one line in its tests.
//!
//! A [`System`] is what the resource works on: a loopback sshd, a simulator. A [`Contract`]
//! says which configurations to play; [`Contract::check`] plays them as Terraform would,
//! with the oracle of `plinth_conformance` after every request, and asserts besides:
//!
//! 1. apply, then refresh and plan: nothing to do;
//! 2. a change is planned as an update or a replacement as expected, and is then in force;
//! 3. another spelling of the same is no change;
//! 4. what was removed behind Terraform's back is gone at refresh, and deleting it succeeds;
//! 5. an import gives what a create gave;
//! 6. a stopped apply returns within a second, and what it made is in the state;
//! 7. with a connection that is not known yet, state and plan are kept, offline;
//! 8. no secret is in a state, a plan, private data, a diagnostic or a log.

#![allow(
    clippy::disallowed_methods,
    reason = "a stop has to come at some time after the start"
)]

mod capture;
mod play;

use std::future::Future;

use plinth_protocol::{Provider, Value};
use serde_json::Value as Json;

/// What a resource works on, for the time of one test.
pub trait System: Sync {
    /// A provider as a new process has it: not configured yet.
    fn provider(&self) -> Box<dyn Provider>;

    /// The provider block with which everything works.
    fn block(&self) -> Json;

    /// A provider block with which every request is so slow that a stop comes in between.
    fn slow_block(&self) -> Json;

    /// Attributes of the provider block that are connections, to be made unknown.
    fn connections(&self) -> &'static [&'static str];

    /// Removes the object of this state without Terraform.
    fn remove(&self, state: &Value) -> impl Future<Output = anyhow::Result<()>>;

    /// Whether the object of this state, or anything left over from making it, is there.
    fn traces(&self, state: &Value) -> impl Future<Output = anyhow::Result<Vec<String>>>;
}

/// How a change is to be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// In place.
    Update,
    /// By a new object.
    Replace,
}

/// The configurations to play for one resource.
#[derive(Clone, Debug)]
pub struct Contract {
    type_name: &'static str,
    create: Json,
    changes: Vec<(Json, Expected)>,
    respelled: Option<Json>,
    import: Option<(String, Vec<&'static str>)>,
    secrets: Vec<&'static str>,
}

impl Contract {
    /// The contract of a resource of this full type name; it is created with `config`.
    /// Attributes that are left out are null.
    pub fn of(type_name: &'static str, config: Json) -> Self {
        Self {
            type_name,
            create: config,
            changes: Vec::new(),
            respelled: None,
            import: None,
            secrets: Vec::new(),
        }
    }

    /// Then it is changed to `config`.
    pub fn change(mut self, config: Json, expected: Expected) -> Self {
        self.changes.push((config, expected));
        self
    }

    /// The first configuration in another spelling.
    pub fn respelled(mut self, config: Json) -> Self {
        self.respelled = Some(config);
        self
    }

    /// It can be imported by this id; all but `except`, which only a configuration knows, is
    /// then as after the create.
    pub fn import(mut self, id: impl Into<String>, except: &[&'static str]) -> Self {
        self.import = Some((id.into(), except.to_vec()));
        self
    }

    /// A text of the configurations or of the provider block that must never be seen.
    pub fn secret(mut self, secret: &'static str) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Plays it all.
    ///
    /// # Errors
    /// The first rule that is broken, and by what.
    pub async fn check(&self, system: &impl System) -> anyhow::Result<()> {
        play::play(self, system).await
    }
}
