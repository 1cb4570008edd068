//! Managed resources: plan, apply, read, import, upgrade, move.

use plinth_protocol::{
    ApplyResourceChange, ApplyResourceChangeResponse, Diagnostic, DynamicValue,
    GenerateResourceConfig, GenerateResourceConfigResponse, ImportResourceState,
    ImportResourceStateResponse, Imported, MoveResourceState, MoveResourceStateResponse, Path,
    PlanResourceChange, PlanResourceChangeResponse, ReadResource, ReadResourceResponse, Upgrade,
    Upgraded, Value,
};

use super::{decode, errors, told};
use crate::context::Context;
use crate::erased::{AnyResource, attributes};
use crate::resource::Import;
use crate::schema::{AttributeType, ObjectSchema};
use crate::timeouts::timeout;
use crate::{Diagnostics, Private, Registry, Result, plan, spelling};

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
            let proposed = decode(&request.proposed_new_state, ty, "proposed state")?;
            Ok((prior, config, proposed))
        });
        let (prior, config, proposed) = match decoded {
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
        let destroying = proposed.is_null();
        let mut planned = if destroying {
            plan::Planned {
                state: Value::Null,
                requires_replace: Vec::new(),
            }
        } else {
            plan::plan(&described.object, &prior, &config)
        };
        cx.config = config;
        let config = cx.config.clone();
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

    pub(super) async fn apply_object(
        &self,
        resource: &dyn AnyResource,
        request: ApplyResourceChange,
    ) -> ApplyResourceChangeResponse {
        let described = resource.described();
        let ty = &described.ty;
        let decoded = decode(&request.prior_state, ty, "state").and_then(|prior| {
            let planned = decode(&request.planned_state, ty, "plan")?;
            let config = decode(&request.config, ty, "configuration")?;
            Ok((prior, planned, config))
        });
        let (prior, planned, config) = match decoded {
            Ok(decoded) => decoded,
            Err(unreadable) => {
                return ApplyResourceChangeResponse {
                    new_state: request.prior_state,
                    private: request.planned_private,
                    diagnostics: errors(unreadable),
                    new_identity: None,
                };
            }
        };
        let mut cx = Context::new(self.scope(resource.timeout()));
        cx.private = Private::from_bytes(&request.planned_private);
        cx.config = config;
        let (state, result) = self.change(resource, &mut cx, &prior, planned).await;
        let diagnostics = told(&mut cx, result);
        let new_identity = if state.is_null() {
            None
        } else {
            encode_identity(resource, &state).or(request.planned_identity)
        };
        ApplyResourceChangeResponse {
            new_state: DynamicValue::encode(&state, ty),
            private: cx.private.to_bytes(),
            new_identity,
            diagnostics,
        }
    }

    /// Creates, updates or deletes; gives what is there afterwards, also after an error.
    async fn change(
        &self,
        resource: &dyn AnyResource,
        cx: &mut Context,
        prior: &Value,
        planned: Value,
    ) -> (Value, Result<()>) {
        let schema = &resource.described().object;
        let within = |object: &Value, operation| {
            self.scope(timeout(object, operation).unwrap_or(resource.timeout()))
        };
        if planned.is_null() {
            cx.scope = within(prior, "delete");
            return match resource.delete(cx, prior.clone()).await {
                Ok(()) => (Value::Null, Ok(())),
                Err(errors) => {
                    let left = cx.saved.take().map_or_else(
                        || prior.clone(),
                        |saved| settle(schema, spelling::keep(schema, prior, saved)),
                    );
                    (left, Err(errors))
                }
            };
        }
        let wanted = with_write_only(schema, planned.clone(), &cx.config);
        let applied = if prior.is_null() {
            cx.scope = within(&planned, "create");
            resource.create(cx, wanted).await
        } else {
            cx.scope = within(&planned, "update");
            resource.update(cx, prior.clone(), wanted).await
        };
        match applied {
            Ok(new) => match without_unknown(schema, spelling::keep(schema, &planned, new)) {
                Ok(new) => (new, Ok(())),
                Err((settled, defect)) => (settled, Err(defect)),
            },
            Err(errors) => {
                // What was saved exists; without it, an update changed nothing that is known.
                let left = cx.saved.take().map_or_else(
                    || prior.clone(),
                    |saved| settle(schema, spelling::keep(schema, &planned, saved)),
                );
                (left, Err(errors))
            }
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

fn encode_identity(resource: &dyn AnyResource, state: &Value) -> Option<DynamicValue> {
    let (_, ty) = resource.described().identity.as_ref()?;
    let identity = resource.identity_of(state)?;
    Some(DynamicValue::encode(&identity, ty))
}

/// Applies `leaf` to each attribute, and itself to each nested object.
fn map_attributes(
    schema: &ObjectSchema,
    object: Value,
    leaf: &dyn Fn(&crate::schema::Attribute, Value) -> Value,
) -> Value {
    let Value::Map(_) = object else { return object };
    let mut values = attributes(object);
    for attribute in &schema.attributes {
        let Some(value) = values.get_mut(attribute.name.as_ref()) else {
            continue;
        };
        let taken = leaf(attribute, std::mem::replace(value, Value::Null));
        *value = match (&attribute.ty, taken) {
            (AttributeType::Nested(plinth_protocol::Nesting::Single, inner), taken) => {
                map_attributes(inner, taken, leaf)
            }
            (AttributeType::Nested(_, inner), Value::List(elements)) => Value::List(
                elements
                    .into_iter()
                    .map(|e| map_attributes(inner, e, leaf))
                    .collect(),
            ),
            (AttributeType::Nested(_, inner), Value::Map(elements)) => Value::Map(
                elements
                    .into_iter()
                    .map(|(k, e)| (k, map_attributes(inner, e, leaf)))
                    .collect(),
            ),
            (_, taken) => taken,
        };
    }
    Value::Map(values)
}

fn configurable(schema: &ObjectSchema, state: Value) -> Value {
    map_attributes(schema, state, &|attribute, value| {
        let left_out = !attribute.is_configurable()
            || attribute.write_only
            || attribute.default.as_ref() == Some(&value);
        if left_out { Value::Null } else { value }
    })
}

/// The plan with the write-only values that only the configuration has.
fn with_write_only(schema: &ObjectSchema, planned: Value, config: &Value) -> Value {
    let Value::Map(_) = planned else {
        return planned;
    };
    let mut values = attributes(planned);
    for attribute in &schema.attributes {
        let name = attribute.name.as_ref();
        let configured = config.get(name);
        if attribute.write_only {
            values.insert(name.to_owned(), configured.clone());
            continue;
        }
        let AttributeType::Nested(nesting, inner) = &attribute.ty else {
            continue;
        };
        let Some(value) = values.get_mut(name) else {
            continue;
        };
        let taken = std::mem::replace(value, Value::Null);
        *value = match (nesting, taken) {
            (plinth_protocol::Nesting::Single, taken) => with_write_only(inner, taken, configured),
            (plinth_protocol::Nesting::List, Value::List(elements)) => {
                let configs = match configured {
                    Value::List(configs) => configs.as_slice(),
                    _ => &[],
                };
                let merged = elements.into_iter().enumerate().map(|(i, element)| {
                    with_write_only(inner, element, configs.get(i).unwrap_or(&Value::Null))
                });
                Value::List(merged.collect())
            }
            (plinth_protocol::Nesting::Map, Value::Map(elements)) => Value::Map(
                elements
                    .into_iter()
                    .map(|(key, element)| {
                        let element = with_write_only(inner, element, configured.get(&key));
                        (key, element)
                    })
                    .collect(),
            ),
            // Terraform allows no write-only attributes inside sets.
            (_, taken) => taken,
        };
    }
    Value::Map(values)
}

/// A state that can be stored: what is still unknown is null.
fn settle(schema: &ObjectSchema, state: Value) -> Value {
    without_unknown(schema, state).unwrap_or_else(|(settled, _)| settled)
}

/// The state if nothing in it is unknown; otherwise what of it can be stored, and an error.
fn without_unknown(schema: &ObjectSchema, state: Value) -> Result<Value, (Value, Diagnostics)> {
    if state.is_wholly_known() {
        return Ok(state);
    }
    let mut found = Diagnostics::default();
    for attribute in &schema.attributes {
        if !state.get(&attribute.name).is_wholly_known() {
            found.push(
                Diagnostic::error(format!("{} is not known after apply", attribute.name))
                    .detail("This is a defect of the provider: it must set every computed value.")
                    .at(Path::from(attribute.name.as_ref())),
            );
        }
    }
    Err((known_part(state), found))
}

fn known_part(value: Value) -> Value {
    match value {
        Value::Unknown(_) => Value::Null,
        Value::List(elements) => Value::List(elements.into_iter().map(known_part).collect()),
        Value::Map(elements) => Value::Map(
            elements
                .into_iter()
                .map(|(key, value)| (key, known_part(value)))
                .collect(),
        ),
        Value::Dynamic(inner) if !inner.1.is_wholly_known() => {
            let (ty, value) = *inner;
            Value::Dynamic(Box::new((ty, known_part(value))))
        }
        known => known,
    }
}
