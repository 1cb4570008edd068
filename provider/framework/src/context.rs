//! What an author's function is given besides its values.

use std::sync::Arc;
use std::time::Duration;

use plinth_protocol::{ClientCapabilities, Deferred, Diagnostic, Value};
use plinth_wait::Scope;

use crate::model::Model;
use crate::view::View;
use crate::{Diagnostics, Private};

/// The surroundings of one call: its deadline and cancellation, the configuration, what is
/// kept beside the state, and where warnings go.
#[derive(Debug)]
pub struct Context {
    running: Scope,
    scope: Scope,
    pub(crate) client: ClientCapabilities,
    pub(crate) config: Arc<Value>,
    pub(crate) private: Private,
    pub(crate) warnings: Diagnostics,
    pub(crate) saved: Option<Value>,
    pub(crate) deferred: Option<Deferred>,
    pub(crate) provider_known: bool,
}

impl Context {
    pub(crate) fn new(running: Scope, timeout: Duration) -> Self {
        Self {
            scope: running.within(timeout),
            running,
            client: ClientCapabilities::default(),
            config: Arc::new(Value::Null),
            private: Private::default(),
            warnings: Diagnostics::default(),
            saved: None,
            deferred: None,
            provider_known: true,
        }
    }

    /// Gives the call another time, from now on.
    pub(crate) fn set_timeout(&mut self, timeout: Duration) {
        self.scope = self.running.within(timeout);
    }

    /// Deadline and cancellation of this call; every wait and every remote call runs in it.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The object exists from here on, and this is what is known of it: saved even when the
    /// call fails or is cancelled afterwards.
    pub fn save<M: Model>(&mut self, model: &M) {
        self.saved = Some(Value::Map(model.to_object()));
    }

    /// The configuration, write-only values included; empty where Terraform sends none
    /// (read, delete).
    pub fn config<M: Model>(&self) -> View<'_, M> {
        View::new(&self.config)
    }

    /// What is kept beside the state.
    pub fn private(&mut self) -> &mut Private {
        &mut self.private
    }

    /// Tells the user something without failing.
    pub fn warn(&mut self, warning: Diagnostic) {
        self.warnings.push(warning);
    }

    /// Whether the whole provider block is known.
    pub fn is_provider_known(&self) -> bool {
        self.provider_known
    }

    /// Puts the answer off to a later run, if the caller allows that and the reason holds.
    ///
    /// # Returns
    /// Whether it will be put off; if not, plan with what is known.
    pub fn defer(&mut self, reason: Deferred) -> bool {
        let holds = match reason {
            Deferred::ProviderConfigUnknown => !self.provider_known,
            Deferred::ResourceConfigUnknown => !self.config.is_wholly_known(),
            Deferred::AbsentPrerequisite => true,
        };
        if self.client.deferral_allowed && holds {
            self.deferred = Some(reason);
        }
        self.deferred.is_some()
    }
}
