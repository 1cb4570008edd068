//! A small provider that keeps its objects in memory, and can be told to break a rule.
//!
//! The client and the driver are tested against it; it is no example of how to write one.

mod others;
mod schema;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use plinth_protocol::{
    ActionEvent, ActionRequest, ApplyResourceChange, ApplyResourceChangeResponse, CallFunction,
    ConfigureProvider, Deferred, Diagnostic, DynamicValue, EventStream, FunctionError,
    HeldEphemeralResource, ImportResourceState, ImportResourceStateResponse, Imported, ListEvent,
    ListResource, OpenEphemeralResource, OpenEphemeralResourceResponse, Path, PlanResourceChange,
    PlanResourceChangeResponse, Provider, ProviderSchema, ReadDataSource, ReadDataSourceResponse,
    ReadResource, ReadResourceResponse, RenewEphemeralResourceResponse, RpcError, Type, Upgrade,
    Upgraded, ValidateConfig, Value,
};

/// The managed resource.
pub const ITEM: &str = "probe_item";

/// A rule the probe breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is told by its name")]
pub enum Fault {
    PlansOtherSize,
    PlansSecret,
    PlansUnknownReplacePath,
    FinalPlanDiffers,
    DefersUnasked,
    LeavesUnknown,
    ReturnsOtherSize,
    ReturnsNull,
    FailsHalfway,
    FailsWithoutTrace,
    ChangesIdentity,
    DriftsAtOnce,
    UpgradeChanges,
    PlansToKeep,
    KeepsDeleted,
    ImportsTwo,
    ImportsNothingReadable,
}

/// The provider.
#[derive(Debug, Default)]
pub struct Probe {
    fault: Option<Fault>,
    items: Mutex<BTreeMap<String, Value>>,
    log: Mutex<Vec<&'static str>>,
}

impl Probe {
    /// A probe that breaks this rule.
    pub fn breaking(fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            ..Self::default()
        }
    }

    /// The same with the objects of another.
    pub fn taking_over(self, other: &Self) -> Self {
        self.items().clone_from(&other.items());
        self
    }

    /// The requests for the resource so far, by short name.
    pub fn requests(&self) -> Vec<&'static str> {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Changes or, with nothing, removes an object behind the back of the provider.
    pub fn tamper(&self, name: &str, change: Option<fn(&mut BTreeMap<String, Value>)>) {
        let mut items = self.items();
        match (change, items.get_mut(name)) {
            (Some(change), Some(Value::Map(attributes))) => change(attributes),
            _ => drop(items.remove(name)),
        }
    }

    fn items(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Value>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, rpc: &'static str) {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(rpc);
    }

    fn breaks(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

/// The type of an item's values.
pub fn item_type() -> Type {
    schema::item().block.to_type()
}

/// The type of an item's identity.
pub fn identity_type() -> Type {
    schema::identity().to_type()
}

fn decode(value: &DynamicValue, ty: &Type) -> Result<Value, RpcError> {
    value
        .decode(ty)
        .map_err(|error| RpcError::Internal(error.to_string()))
}

fn item(value: &DynamicValue) -> Result<Value, RpcError> {
    decode(value, &item_type())
}

fn wire(value: &Value) -> DynamicValue {
    DynamicValue::encode(value, &item_type())
}

fn identity(name: &Value) -> DynamicValue {
    DynamicValue::encode(&Value::map([("name", name.clone())]), &identity_type())
}

fn with(object: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut object = object.clone();
    if let Value::Map(attributes) = &mut object {
        attributes.insert(name.to_owned(), value.into());
    }
    object
}

#[async_trait]
impl Provider for Probe {
    fn schema(&self) -> ProviderSchema {
        schema::all()
    }

    async fn configure(&self, request: ConfigureProvider) -> Result<Vec<Diagnostic>, RpcError> {
        let config = decode(&request.config, &schema::provider().block.to_type())?;
        let bad = config.get("endpoint").as_str() == Some("bad");
        let error = || {
            Diagnostic::error("no such endpoint")
                .detail("bad")
                .at("endpoint")
        };
        Ok(bad.then(error).into_iter().collect())
    }

    async fn validate_resource(
        &self,
        request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        self.note("validate");
        let config = item(&request.config)?;
        let bad = config.get("name").as_str() == Some("");
        let error = || Diagnostic::error("empty name").at("name");
        Ok(bad.then(error).into_iter().collect())
    }

    async fn upgrade_state(&self, request: Upgrade) -> Result<Upgraded, RpcError> {
        self.note("upgrade");
        let (state, _) = Value::from_json_lenient(&request.raw.json, &item_type())
            .map_err(|error| RpcError::Internal(error.to_string()))?;
        let changed = self.breaks(Fault::UpgradeChanges);
        let state = if changed {
            with(&state, "size", 99)
        } else {
            state
        };
        Ok(Upgraded {
            value: wire(&state),
            diagnostics: Vec::new(),
        })
    }

    async fn read_resource(&self, request: ReadResource) -> Result<ReadResourceResponse, RpcError> {
        self.note("read");
        let state = item(&request.current_state)?;
        let name = state.get("name");
        let found = self.items().get(name.as_str().unwrap_or_default()).cloned();
        let mut found = found.unwrap_or(Value::Null);
        if self.breaks(Fault::DriftsAtOnce) {
            found = with(&found, "size", 77);
        }
        let new_identity = (!found.is_null()).then(|| identity(name));
        Ok(ReadResourceResponse {
            new_state: wire(&found),
            private: request.private,
            new_identity,
            ..ReadResourceResponse::default()
        })
    }

    async fn plan_resource(
        &self,
        request: PlanResourceChange,
    ) -> Result<PlanResourceChangeResponse, RpcError> {
        self.note("plan");
        let prior = item(&request.prior_state)?;
        let proposed = item(&request.proposed_new_state)?;
        let again = self.requests().iter().filter(|rpc| **rpc == "plan").count() > 1;
        if proposed.is_null() {
            let kept = if self.breaks(Fault::PlansToKeep) {
                &prior
            } else {
                &Value::Null
            };
            return Ok(PlanResourceChangeResponse {
                planned_state: wire(kept),
                planned_private: request.prior_private,
                ..PlanResourceChangeResponse::default()
            });
        }
        let mut planned = if self.breaks(Fault::PlansSecret) {
            proposed
        } else {
            with(&proposed, "secret", Value::Null)
        };
        if planned.get("size").is_null() {
            planned = with(&planned, "size", 1);
        }
        if prior.is_null() {
            planned = with(&planned, "id", Value::UNKNOWN);
        }
        if self.breaks(Fault::PlansOtherSize) || (again && self.breaks(Fault::FinalPlanDiffers)) {
            let note = if again { "note" } else { "size" };
            planned = with(
                &planned,
                note,
                if again {
                    "other".into()
                } else {
                    Value::from(55)
                },
            );
        }
        let replace = if self.breaks(Fault::PlansUnknownReplacePath) {
            "nmae"
        } else {
            "name"
        };
        let deferred = self
            .breaks(Fault::DefersUnasked)
            .then_some(Deferred::AbsentPrerequisite);
        Ok(PlanResourceChangeResponse {
            planned_identity: Some(identity(planned.get("name"))),
            planned_state: wire(&planned),
            requires_replace: if prior.is_null() {
                Vec::new()
            } else {
                vec![Path::from(replace)]
            },
            planned_private: b"planned".to_vec(),
            deferred,
            ..PlanResourceChangeResponse::default()
        })
    }

    async fn apply_resource(
        &self,
        request: ApplyResourceChange,
    ) -> Result<ApplyResourceChangeResponse, RpcError> {
        self.note("apply");
        let prior = item(&request.prior_state)?;
        let planned = item(&request.planned_state)?;
        let name = prior.get("name").as_str().unwrap_or_default().to_owned();
        if planned.is_null() {
            if self.breaks(Fault::KeepsDeleted) {
                let new_state = request.prior_state;
                return Ok(ApplyResourceChangeResponse {
                    new_state,
                    ..Default::default()
                });
            }
            self.items().remove(&name);
            return Ok(ApplyResourceChangeResponse::default());
        }
        let mut state = planned.clone();
        if state.get("id").is_unknown() && !self.breaks(Fault::LeavesUnknown) {
            let id = format!("id-{}", state.get("name").as_str().unwrap_or_default());
            state = with(&state, "id", id);
        }
        let mut diagnostics = Vec::new();
        match self.fault {
            Some(Fault::ReturnsOtherSize) => state = with(&state, "size", 66),
            Some(Fault::ReturnsNull) => state = Value::Null,
            Some(Fault::FailsHalfway) => diagnostics.push(Diagnostic::error("half done")),
            Some(Fault::FailsWithoutTrace) => {
                diagnostics.push(Diagnostic::error("not done").detail("at all").at("name"));
                return Ok(ApplyResourceChangeResponse {
                    diagnostics,
                    ..Default::default()
                });
            }
            _ => {}
        }
        if let Some(name) = state.get("name").as_str() {
            self.items().insert(name.to_owned(), state.clone());
        }
        let other = self.breaks(Fault::ChangesIdentity) && !prior.is_null();
        let name = if other {
            "another".into()
        } else {
            state.get("name").clone()
        };
        Ok(ApplyResourceChangeResponse {
            new_state: wire(&state),
            private: request.planned_private,
            diagnostics,
            new_identity: Some(identity(&name)),
        })
    }

    async fn import_resource(
        &self,
        request: ImportResourceState,
    ) -> Result<ImportResourceStateResponse, RpcError> {
        self.note("import");
        let by_identity = match &request.identity {
            Some(value) => decode(value, &identity_type())?.get("name").clone(),
            None => request.id.into(),
        };
        let name = if self.breaks(Fault::ImportsNothingReadable) {
            "gone".into()
        } else {
            by_identity
        };
        let empty = ["id", "name", "size", "note", "secret", "tags"].map(|n| (n, Value::Null));
        let state = with(&Value::map(empty), "name", name.clone());
        let one = Imported {
            type_name: ITEM.to_owned(),
            state: wire(&state),
            private: b"imported".to_vec(),
            identity: Some(identity(&name)),
        };
        let count = if self.breaks(Fault::ImportsTwo) { 2 } else { 1 };
        let imported = vec![one; count];
        Ok(ImportResourceStateResponse {
            imported,
            ..ImportResourceStateResponse::default()
        })
    }

    async fn read_data_source(
        &self,
        request: ReadDataSource,
    ) -> Result<ReadDataSourceResponse, RpcError> {
        others::read_data_source(&request)
    }

    async fn open_ephemeral_resource(
        &self,
        request: OpenEphemeralResource,
    ) -> Result<OpenEphemeralResourceResponse, RpcError> {
        others::open_ephemeral(&request)
    }

    async fn renew_ephemeral_resource(
        &self,
        request: HeldEphemeralResource,
    ) -> Result<RenewEphemeralResourceResponse, RpcError> {
        Ok(others::renew_ephemeral(request))
    }

    async fn close_ephemeral_resource(
        &self,
        request: HeldEphemeralResource,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(others::close_ephemeral(&request))
    }

    async fn call_function(
        &self,
        request: CallFunction,
    ) -> Result<Result<DynamicValue, FunctionError>, RpcError> {
        others::call_function(&request)
    }

    async fn list_resource(
        &self,
        request: ListResource,
    ) -> Result<EventStream<ListEvent>, RpcError> {
        Ok(others::list(&self.items(), &request))
    }

    async fn invoke_action(
        &self,
        request: ActionRequest,
    ) -> Result<EventStream<ActionEvent>, RpcError> {
        Ok(others::invoke(&request))
    }
}
