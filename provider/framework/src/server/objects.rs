//! Managed resources: read, plan, import, upgrade, move.

use std::sync::Arc;

use plinth_protocol::{
    Diagnostic, DynamicValue, GenerateResourceConfig, GenerateResourceConfigResponse,
    ImportResourceState, ImportResourceStateResponse, Imported, MoveResourceState,
    MoveResourceStateResponse, PlanResourceChange, PlanResourceChangeResponse, ReadResource,
    ReadResourceResponse, Upgrade, Upgraded, Value,
};

use super::states::{configurable, settle, without_unknown};
use super::{decode, errors, told};
use crate::erased::AnyResource;
use crate::resource::Import;
use crate::timeouts::timeout;
use crate::{Private, Registry, plan, spelling};

impl Registry {
    pub(super) async fn read_object(
        &self,
        resource: &dyn AnyResource,
        request: ReadResource,
    ) -> ReadResourceResponse {
        let described = resource.described();
        let state = match decode(&request.current_state, &described.ty, "state") {
            Ok(state) => state,
            Err(unreadable) => {
                return ReadResourceResponse {
                    new_state: request.current_state,
                    private: request.private,
                    diagnostics: errors(unreadable),
                    new_identity: request.current_identity,
                    deferred: None,
                };
            }
        };
        let mut cx = self.context(timeout(&state, "read").unwrap_or(resource.timeout()));
        cx.client = request.client;
        cx.private = Private::from_bytes(&request.private);
        let read = resource.read(&mut cx, state.clone()).await;
        let (new_state, result) = match read {
            Ok(Some(found)) => {
                let found = spelling::keep(&described.object, &state, found);
                match without_unknown(&described.object, found) {
                    Ok(found) => (found, Ok(())),
                    Err((_, defect)) => (state, Err(defect)),
                }
            }
            Ok(None) => (Value::Null, Ok(())),
            Err(errors) => (state, Err(errors)),
        };
        let identity = encode_identity(resource, &new_state);
        ReadResourceResponse {
            new_state: DynamicValue::encode(&new_state, &described.ty),
            private: cx.private.to_bytes(),
            new_identity: identity.or(request.current_identity),
            deferred: cx.deferred,
            diagnostics: told(&mut cx, result),
        }
    }

    pub(super) async fn plan_object(
        &self,
        resource: &dyn AnyResource,
        request: PlanResourceChange,
    ) -> PlanResourceChangeResponse {
        let described = resource.described();
        let ty = &described.ty;
        let decoded = decode(&request.prior_state, ty, "state").and_then(|prior| {
            let config = decode(&request.config, ty, "configuration")?;
            Ok((prior, Arc::new(config)))
        });
        let (prior, config) = match decoded {
            Ok(decoded) => decoded,
            Err(unreadable) => {
                return PlanResourceChangeResponse {
                    diagnostics: errors(unreadable),
                    ..PlanResourceChangeResponse::default()
                };
            }
        };
        let mut cx = self.context(timeout(&config, "read").unwrap_or(resource.timeout()));
        cx.client = request.client;
        cx.private = Private::from_bytes(&request.prior_private);
        // The plan is made from state and configuration; what Terraform proposes only says that much.
        let destroying = request.proposed_new_state.is_null();
        let mut planned = if destroying {
            plan::Planned {
                state: Value::Null,
                requires_replace: Vec::new(),
            }
        } else {
            plan::plan(&described.object, &prior, &config)
        };
        cx.config = Arc::clone(&config);
        let plan::Planned {
            state,
            requires_replace,
        } = &mut planned;
        let result = resource
            .plan(&mut cx, &prior, &config, state, requires_replace)
            .await;
        requires_replace.sort();
        requires_replace.dedup();
        // Terraform refuses a path that is in neither state nor plan.
        if prior.is_null() || destroying {
            requires_replace.clear();
        }
        let planned_identity = match request.prior_identity {
            Some(identity) => Some(identity),
            None if prior.is_null() => None,
            None => encode_identity(resource, &prior),
        };
        PlanResourceChangeResponse {
            planned_state: DynamicValue::encode(&planned.state, ty),
            requires_replace: planned.requires_replace,
            planned_private: cx.private.to_bytes(),
            deferred: cx.deferred,
            planned_identity,
            diagnostics: told(&mut cx, result),
        }
    }

    pub(super) async fn import_object(
        &self,
        resource: &dyn AnyResource,
        request: ImportResourceState,
    ) -> ImportResourceStateResponse {
        let described = resource.described();
        let mut cx = self.context(resource.timeout());
        cx.client = request.client;
        let imported = async {
            let target = match (&request.identity, &described.identity) {
                (Some(identity), Some((_, ty))) => {
                    Import::Identity(decode(identity, ty, "identity")?)
                }
                _ => Import::Id(request.id.clone()),
            };
            let state = resource.import(&mut cx, target).await?;
            let state = spelling::keep(&described.object, &Value::Null, state);
            without_unknown(&described.object, state).map_err(|(_, defect)| defect)
        }
        .await;
        let (found, result) = match imported {
            Ok(state) => (Some(state), Ok(())),
            Err(errors) => (None, Err(errors)),
        };
        let private = cx.private.to_bytes();
        let imported = found.map(|state| Imported {
            type_name: request.type_name.clone(),
            identity: encode_identity(resource, &state),
            state: DynamicValue::encode(&state, &described.ty),
            private,
        });
        ImportResourceStateResponse {
            imported: imported.into_iter().collect(),
            deferred: cx.deferred,
            diagnostics: told(&mut cx, result),
        }
    }
}

pub(super) fn upgrade(resource: &dyn AnyResource, request: &Upgrade) -> Upgraded {
    let described = resource.described();
    let upgraded =
        if request.raw.is_flatmap {
            Err(Diagnostic::error(format!("The state of {} is too old", resource.type_name()))
            .detail(
                "It was written by Terraform 0.11 or older.\n\nApply once with Terraform 0.12 \
                 first, or remove the object from the state and import it again.",
            )
            .into())
        } else {
            resource.upgrade(request.version, &request.raw.json)
        };
    match upgraded {
        Ok(state) => {
            let state = settle(
                &described.object,
                spelling::keep(&described.object, &Value::Null, state),
            );
            Upgraded {
                value: DynamicValue::encode(&state, &described.ty),
                diagnostics: Vec::new(),
            }
        }
        Err(found) => Upgraded {
            value: DynamicValue::default(),
            diagnostics: errors(found),
        },
    }
}

/// There has only ever been one version of each identity, so what an older provider wrote
/// has the same attributes, or fewer.
pub(super) fn upgrade_identity(resource: &dyn AnyResource, request: &Upgrade) -> Upgraded {
    let Some((_, ty)) = &resource.described().identity else {
        return Upgraded {
            diagnostics: vec![Diagnostic::error("This resource has no identity")],
            ..Upgraded::default()
        };
    };
    match Value::from_json_lenient(&request.raw.json, ty) {
        Ok((identity, _)) => Upgraded {
            value: DynamicValue::encode(&identity, ty),
            diagnostics: Vec::new(),
        },
        Err(error) => Upgraded {
            diagnostics: vec![Diagnostic::error("The identity cannot be read").caused_by(&error)],
            ..Upgraded::default()
        },
    }
}

pub(super) fn move_state(
    resource: &dyn AnyResource,
    request: &MoveResourceState,
) -> MoveResourceStateResponse {
    let described = resource.described();
    let moved = resource.move_from(
        &request.source_provider_address,
        &request.source_type_name,
        &request.source_state.json,
    );
    let failed = |diagnostics: Vec<Diagnostic>| MoveResourceStateResponse {
        diagnostics,
        ..MoveResourceStateResponse::default()
    };
    match moved {
        Ok(Some(state)) => {
            let state = settle(
                &described.object,
                spelling::keep(&described.object, &Value::Null, state),
            );
            MoveResourceStateResponse {
                target_identity: encode_identity(resource, &state),
                target_state: DynamicValue::encode(&state, &described.ty),
                ..MoveResourceStateResponse::default()
            }
        }
        Ok(None) => failed(vec![
            Diagnostic::error(format!(
                "{} cannot become {}",
                request.source_type_name, request.target_type_name
            ))
            .detail(format!(
                "No state of {} from {} can be moved to this type.\n\nRemove the object from the \
                 state and import it as {}.",
                request.source_type_name, request.source_provider_address, request.target_type_name
            )),
        ]),
        Err(found) => failed(errors(found)),
    }
}

/// A configuration that would give this state: what only the provider sets is left out, and
/// so is what has its default anyway.
pub(super) fn generate_config(
    resource: &dyn AnyResource,
    request: &GenerateResourceConfig,
) -> GenerateResourceConfigResponse {
    let described = resource.described();
    match decode(&request.state, &described.ty, "state") {
        Ok(state) => {
            let config = configurable(&described.object, state);
            GenerateResourceConfigResponse {
                config: DynamicValue::encode(&config, &described.ty),
                diagnostics: Vec::new(),
            }
        }
        Err(found) => GenerateResourceConfigResponse {
            diagnostics: errors(found),
            ..GenerateResourceConfigResponse::default()
        },
    }
}

pub(super) fn encode_identity(resource: &dyn AnyResource, state: &Value) -> Option<DynamicValue> {
    let (_, ty) = resource.described().identity.as_ref()?;
    let identity = resource.identity_of(state)?;
    Some(DynamicValue::encode(&identity, ty))
}
