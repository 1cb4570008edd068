//! Plays Terraform for one resource instance.
//!
//! Requests go out in the order and with the contents that Terraform uses, and after each
//! answer the [`oracle`](crate::oracle) is asked. The provider may be one of this process or
//! one behind gRPC: see `client::Client`.

mod apply;
mod failure;
mod rpc;

use plinth_protocol::{
    ClientCapabilities, ConfigureProvider, Deferred, Diagnostic, DynamicValue, IdentitySchema,
    ImportResourceState, Path, Provider, ProviderSchema, RawState, Schema, Type, Upgrade,
    ValidateProviderConfig, Value,
};

pub use failure::Failure;
use rpc::{PlanRequest, refuse};

use crate::oracle::{proposed_new, replaced_paths, same};

/// What a plan does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// Creates an object.
    Create,
    /// Changes the object.
    Update,
    /// Deletes the object, then creates another.
    Replace,
    /// Deletes the object.
    Delete,
}

/// The state of an instance, as it is stored between two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The object's attributes.
    pub value: Value,
    /// The provider's own data beside it.
    pub private: Vec<u8>,
    /// Its identity, where the resource has one.
    pub identity: Option<Value>,
    /// Creating it failed halfway: the next plan replaces it.
    pub tainted: bool,
}

impl Default for State {
    /// No object.
    fn default() -> Self {
        Self {
            value: Value::Null,
            private: Vec::new(),
            identity: None,
            tainted: false,
        }
    }
}

/// What a plan came to.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What it does.
    pub action: Action,
    /// The state that is planned; null to delete.
    pub value: Value,
    /// The changed attributes for which the object is replaced.
    pub replaced: Vec<Path>,
    /// The provider's own data beside it.
    pub private: Vec<u8>,
    /// The identity that is planned.
    pub identity: Option<Value>,
    /// Put off to a later run; then nothing else here means anything.
    pub deferred: Option<Deferred>,
    /// Warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// What an apply came to.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What was done.
    pub action: Action,
    /// The new state; null when there is no object.
    pub state: Value,
    /// The provider's own data beside it.
    pub private: Vec<u8>,
    /// Its identity.
    pub identity: Option<Value>,
    /// The object is there, but was not created to its end.
    pub tainted: bool,
    /// Warnings, and the errors of the apply.
    pub diagnostics: Vec<Diagnostic>,
}

impl Applied {
    /// Whether there is an error among the diagnostics.
    pub fn failed(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// One instance of a resource, from its first plan to its end.
pub struct Instance<'a> {
    provider: &'a dyn Provider,
    type_name: String,
    schema: Schema,
    ty: Type,
    identity: Option<IdentitySchema>,
    plan_destroy: bool,
    client: ClientCapabilities,
    state: Option<State>,
}

impl<'a> Instance<'a> {
    /// An instance of this resource type that has no object yet.
    pub fn new(provider: &'a dyn Provider, type_name: &str) -> Result<Self, Failure> {
        Self::of_schema(provider, &provider.schema(), type_name)
    }

    /// As [`new`](Self::new), for a schema asked for before.
    pub fn of_schema(
        provider: &'a dyn Provider,
        all: &ProviderSchema,
        type_name: &str,
    ) -> Result<Self, Failure> {
        let schema = all.resources.get(type_name);
        let schema = schema
            .ok_or_else(|| Failure::NoType(type_name.to_owned()))?
            .clone();
        Ok(Self {
            provider,
            type_name: type_name.to_owned(),
            ty: schema.block.to_type(),
            schema,
            identity: all.identities.get(type_name).cloned(),
            plan_destroy: all.capabilities.plan_destroy,
            client: ClientCapabilities {
                deferral_allowed: false,
                write_only_attributes_allowed: true,
            },
            state: None,
        })
    }

    /// The same with other capabilities of the client. Without being told, deferral is not
    /// allowed and write-only attributes are.
    pub fn client(mut self, client: ClientCapabilities) -> Self {
        self.client = client;
        self
    }

    /// The same with a state from an earlier run.
    pub fn with_state(mut self, state: State) -> Self {
        self.state = Some(state);
        self
    }

    /// The schema of the resource.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The state, as it is stored now.
    pub fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    /// Upgrades and reads the state; what was read is stored. `None` when there is no object
    /// any more.
    pub async fn refresh(&mut self) -> Result<Option<&State>, Failure> {
        if let Some(state) = self.state.take() {
            // A failed refresh leaves the state as it was.
            self.state = Some(state.clone());
            let upgraded = self.call_upgrade(&state).await?;
            self.state = self
                .call_read(State {
                    value: upgraded,
                    ..state
                })
                .await?
                .0;
        }
        Ok(self.state.as_ref())
    }

    /// Upgrades a state written by an older schema, and stores it.
    pub async fn upgrade(&mut self, version: i64, json: &[u8]) -> Result<&State, Failure> {
        let raw = RawState {
            json: json.to_vec(),
            is_flatmap: false,
        };
        let request = Upgrade {
            type_name: self.type_name.clone(),
            version,
            raw,
        };
        let value = self.upgraded(request).await?;
        let identity = self.state.take().and_then(|state| state.identity);
        Ok(self.state.insert(State {
            value,
            identity,
            ..State::default()
        }))
    }

    /// Validates the configuration, refreshes and plans, as `terraform plan` does.
    pub async fn plan(&mut self, config: &Value) -> Result<Planned, Failure> {
        let mut diagnostics = self.call_validate(config).await?;
        self.refresh().await?;
        let mut planned = self.plan_change(config).await?;
        diagnostics.append(&mut planned.diagnostics);
        Ok(Planned {
            diagnostics,
            ..planned
        })
    }

    /// Plans and applies; a plan right afterwards must be empty.
    pub async fn apply(&mut self, config: &Value) -> Result<Applied, Failure> {
        self.apply_resolved(config, config).await
    }

    /// As [`apply`](Self::apply) with parts of the configuration unknown at plan.
    pub async fn apply_resolved(
        &mut self,
        at_plan: &Value,
        at_apply: &Value,
    ) -> Result<Applied, Failure> {
        let planned = self.plan(at_plan).await?;
        let applied = self.apply_plan(&planned, at_apply).await?;
        if !applied.failed() && planned.deferred.is_none() {
            self.assert_empty_plan(at_apply).await?;
        }
        Ok(applied)
    }

    /// Deletes the object as the state has it, without looking first whether it is there.
    pub async fn delete_without_refresh(&mut self) -> Result<Applied, Failure> {
        let Some(state) = self.state.clone() else {
            return Err(Failure::NoObject);
        };
        self.delete(&state, state.private.clone()).await
    }

    /// Refreshes, plans to destroy where the provider wants that, and destroys.
    pub async fn destroy(&mut self) -> Result<Applied, Failure> {
        self.refresh().await?;
        let Some(state) = self.state.clone() else {
            return Err(Failure::NoObject);
        };
        let mut private = state.private.clone();
        let mut diagnostics = Vec::new();
        if self.plan_destroy {
            let request = PlanRequest {
                prior: &state.value,
                config: &Value::Null,
                proposed: &Value::Null,
                private: &state.private,
                identity: state.identity.as_ref(),
            };
            let answer = self.call_plan(request).await?;
            private = answer.private;
            diagnostics = answer.diagnostics;
        }
        let mut applied = self.delete(&state, private).await?;
        diagnostics.append(&mut applied.diagnostics);
        Ok(Applied {
            diagnostics,
            ..applied
        })
    }

    /// Imports by id, reads, and stores the state.
    pub async fn import(&mut self, id: &str) -> Result<&State, Failure> {
        self.import_request(id.to_owned(), None).await
    }

    /// Imports by identity, reads, and stores the state.
    pub async fn import_identity(&mut self, identity: &Value) -> Result<&State, Failure> {
        let identity = self.encode_identity(Some(identity));
        self.import_request(String::new(), identity).await
    }

    async fn import_request(
        &mut self,
        id: String,
        identity: Option<DynamicValue>,
    ) -> Result<&State, Failure> {
        let type_name = self.type_name.clone();
        let request = ImportResourceState {
            type_name,
            id,
            identity,
            client: self.client,
        };
        let state = self.call_import(request).await?;
        Ok(self.state.insert(state))
    }

    /// Plans the change from the stored state to a configuration.
    async fn plan_change(&self, config: &Value) -> Result<Planned, Failure> {
        let none = State::default();
        let prior = self.state.as_ref().unwrap_or(&none);
        let answer = self
            .call_plan(PlanRequest {
                prior: &prior.value,
                config,
                proposed: &proposed_new(&self.schema, &prior.value, config),
                private: &prior.private,
                identity: prior.identity.as_ref(),
            })
            .await?;
        let replaced = replaced_paths(
            &self.schema,
            &prior.value,
            &answer.value,
            &answer.requires_replace,
        );
        let action = if prior.value.is_null() {
            Action::Create
        } else if prior.tainted || !replaced.is_empty() {
            Action::Replace
        } else if same(&answer.value, &prior.value, &self.ty) {
            Action::NoOp
        } else {
            Action::Update
        };
        if action != Action::Replace || answer.deferred.is_some() {
            return Ok(answer.into_planned(action, replaced));
        }
        let mut second = self
            .call_plan(PlanRequest {
                prior: &Value::Null,
                config,
                proposed: &proposed_new(&self.schema, &Value::Null, config),
                private: &answer.private,
                identity: None,
            })
            .await?;
        second.diagnostics.splice(0..0, answer.diagnostics);
        Ok(second.into_planned(action, replaced))
    }
}

/// Sends the provider block, as before the first request of each run: validated, then
/// configured. The warnings are returned.
pub async fn configure(
    provider: &dyn Provider,
    schema: &Schema,
    config: &Value,
) -> Result<Vec<Diagnostic>, Failure> {
    let config = DynamicValue::encode(config, &schema.block.to_type());
    let rpc = "ValidateProviderConfig";
    let request = ValidateProviderConfig {
        config: config.clone(),
    };
    let answer = provider.validate_provider_config(request).await;
    let mut diagnostics = refuse(rpc, answer.map_err(|source| Failure::Rpc { rpc, source })?)?;
    let rpc = "ConfigureProvider";
    let client = ClientCapabilities {
        deferral_allowed: false,
        write_only_attributes_allowed: true,
    };
    let request = ConfigureProvider {
        terraform_version: "1.11.4".to_owned(),
        config,
        client,
    };
    let answer = provider.configure(request).await;
    diagnostics.extend(refuse(
        rpc,
        answer.map_err(|source| Failure::Rpc { rpc, source })?,
    )?);
    Ok(diagnostics)
}

#[cfg(test)]
mod tests;
