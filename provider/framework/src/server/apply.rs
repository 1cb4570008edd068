//! Creating, changing and deleting.

use std::sync::Arc;

use plinth_protocol::{
    ApplyResourceChange, ApplyResourceChangeResponse, DynamicValue, Nesting, Value,
};

use super::objects::encode_identity;
use super::states::{settle, without_unknown};
use super::{decode, errors, told};
use crate::context::Context;
use crate::erased::{AnyResource, attributes};
use crate::schema::{AttributeType, ObjectSchema};
use crate::timeouts::timeout;
use crate::{Private, Registry, Result, spelling};

impl Registry {
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
        let mut cx = self.context(resource.timeout());
        cx.private = Private::from_bytes(&request.planned_private);
        cx.config = Arc::new(config);
        let (state, result) = change(resource, &mut cx, &prior, planned).await;
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
}

/// Creates, updates or deletes; gives what is there afterwards, also after an error.
async fn change(
    resource: &dyn AnyResource,
    cx: &mut Context,
    prior: &Value,
    planned: Value,
) -> (Value, Result<()>) {
    let schema = &resource.described().object;
    let within =
        |object: &Value, operation| timeout(object, operation).unwrap_or(resource.timeout());
    if planned.is_null() {
        cx.set_timeout(within(prior, "delete"));
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
        cx.set_timeout(within(&planned, "create"));
        resource.create(cx, wanted).await
    } else {
        cx.set_timeout(within(&planned, "update"));
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
            (Nesting::Single, taken) => with_write_only(inner, taken, configured),
            (Nesting::List, Value::List(elements)) => {
                let configs = match configured {
                    Value::List(configs) => configs.as_slice(),
                    _ => &[],
                };
                let merged = elements.into_iter().enumerate().map(|(i, element)| {
                    with_write_only(inner, element, configs.get(i).unwrap_or(&Value::Null))
                });
                Value::List(merged.collect())
            }
            (Nesting::Map, Value::Map(elements)) => Value::Map(
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
