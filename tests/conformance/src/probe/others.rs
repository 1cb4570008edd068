//! The probe's data source, ephemeral resource, function, list and action.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use futures_core::Stream;
use plinth_protocol::{
    ActionEvent, ActionRequest, CallFunction, Diagnostic, DynamicValue, EventStream, FunctionError,
    HeldEphemeralResource, ListEvent, ListResource, OpenEphemeralResource,
    OpenEphemeralResourceResponse, ReadDataSource, ReadDataSourceResponse,
    RenewEphemeralResourceResponse, RpcError, Type, Value,
};

use super::{decode, identity, schema, wire, with};

pub(super) fn read_data_source(
    request: &ReadDataSource,
) -> Result<ReadDataSourceResponse, RpcError> {
    let ty = schema::reading().block.to_type();
    let config = decode(&request.config, &ty)?;
    let state = DynamicValue::encode(&with(&config, "value", "read"), &ty);
    Ok(ReadDataSourceResponse {
        state,
        ..ReadDataSourceResponse::default()
    })
}

/// When a lease has to be renewed: a fixed point, so that a test can compare it.
pub(super) fn renew_at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::new(1_900_000_000, 500)
}

pub(super) fn open_ephemeral(
    request: &OpenEphemeralResource,
) -> Result<OpenEphemeralResourceResponse, RpcError> {
    let ty = schema::reading().block.to_type();
    let config = decode(&request.config, &ty)?;
    Ok(OpenEphemeralResourceResponse {
        result: DynamicValue::encode(&with(&config, "value", "leased"), &ty),
        renew_at: Some(renew_at()),
        private: Some(b"lease".to_vec()),
        ..OpenEphemeralResourceResponse::default()
    })
}

pub(super) fn renew_ephemeral(request: HeldEphemeralResource) -> RenewEphemeralResourceResponse {
    let private = request.private;
    RenewEphemeralResourceResponse {
        private,
        ..RenewEphemeralResourceResponse::default()
    }
}

pub(super) fn close_ephemeral(request: &HeldEphemeralResource) -> Vec<Diagnostic> {
    let right = request.private.as_deref() == Some(b"lease");
    if right {
        Vec::new()
    } else {
        vec![Diagnostic::warning("not a lease of mine")]
    }
}

pub(super) fn call_function(
    request: &CallFunction,
) -> Result<Result<DynamicValue, FunctionError>, RpcError> {
    let mut texts = Vec::new();
    for (i, argument) in request.arguments.iter().enumerate() {
        if let Value::String(text) = decode(argument, &Type::String)? {
            texts.push(text);
        } else {
            let (text, argument) = ("null cannot be joined".into(), i64::try_from(i).ok());
            return Ok(Err(FunctionError { text, argument }));
        }
    }
    let separator = texts.remove(0);
    Ok(Ok(DynamicValue::encode(
        &texts.join(&separator).into(),
        &Type::String,
    )))
}

pub(super) fn list(
    items: &BTreeMap<String, Value>,
    request: &ListResource,
) -> EventStream<ListEvent> {
    let limit = usize::try_from(request.limit).unwrap_or(0);
    let limit = if limit == 0 { usize::MAX } else { limit };
    let event = |(name, item): (&String, &Value)| ListEvent {
        identity: Some(identity(item.get("name"))),
        display_name: name.clone(),
        resource_object: request.include_resource_object.then(|| wire(item)),
        diagnostics: Vec::new(),
    };
    Box::pin(Events(
        items
            .iter()
            .take(limit)
            .map(event)
            .collect::<Vec<_>>()
            .into_iter(),
    ))
}

pub(super) fn invoke(_request: &ActionRequest) -> EventStream<ActionEvent> {
    let done = vec![Diagnostic::warning("slow answer")];
    let events = vec![
        ActionEvent::Progress("ping".into()),
        ActionEvent::Completed(done),
    ];
    Box::pin(Events(events.into_iter()))
}

/// Events that are all there already.
struct Events<T>(std::vec::IntoIter<T>);

impl<T> Unpin for Events<T> {}

impl<T> Stream for Events<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        Poll::Ready(self.0.next())
    }
}
