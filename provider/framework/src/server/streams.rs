//! Listings and actions: events as they come.

use std::sync::Arc;

use plinth_protocol::{ActionEvent, ActionRequest, EventStream, ListEvent, ListResource, RpcError};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::configs::known_config;
use super::named;
use crate::Registry;

/// Events that may wait for a slow listener.
const BUFFERED: usize = 64;

impl Registry {
    pub(super) fn list_objects(
        &self,
        request: ListResource,
    ) -> Result<EventStream<ListEvent>, RpcError> {
        let list = Arc::clone(named(&self.lists, &request.type_name)?);
        let resource = Arc::clone(named(&self.resources, &request.type_name)?);
        let mut cx = self.context(list.timeout());
        let (events, stream) = mpsc::channel(BUFFERED);
        tokio::spawn(async move {
            let config = match known_config(&request.config, list.described()) {
                Ok(config) => config,
                Err(found) => {
                    let event = ListEvent {
                        diagnostics: found.0,
                        ..ListEvent::default()
                    };
                    // Nobody listens any more: then nobody misses it.
                    drop(events.send(event).await);
                    return;
                }
            };
            cx.config = Arc::new(config.clone());
            let limit = u64::try_from(request.limit).ok().filter(|limit| *limit > 0);
            let objects = request.include_resource_object;
            list.list(&mut cx, config, &*resource, objects, limit, events)
                .await;
        });
        Ok(Box::pin(ReceiverStream::new(stream)))
    }

    pub(super) fn invoke_one_action(
        &self,
        request: ActionRequest,
    ) -> Result<EventStream<ActionEvent>, RpcError> {
        let action = Arc::clone(named(&self.actions, &request.type_name)?);
        let mut cx = self.context(action.timeout());
        cx.client = request.client;
        let (events, stream) = mpsc::channel(BUFFERED);
        tokio::spawn(async move {
            match known_config(&request.config, action.described()) {
                Ok(config) => {
                    cx.config = Arc::new(config.clone());
                    action.invoke(&mut cx, config, events).await;
                }
                Err(found) => drop(events.send(ActionEvent::Completed(found.0)).await),
            }
        });
        Ok(Box::pin(ReceiverStream::new(stream)))
    }
}
