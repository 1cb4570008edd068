//! How a request is run: as a task of its own, in a span, with its duration told.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::task::JoinError;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tracing::{Instrument, Span, field};

use super::handshake::PROTOCOL;
use super::lifecycle::Lifecycle;
use crate::{EventStream, Provider, RpcError};

/// Events sent and not fetched yet before a stream has to wait.
const EVENTS_WAITING: usize = 16;

/// What a request is about: the kind of thing and its type name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject<'a> {
    Provider,
    Resource(&'a str),
    DataSource(&'a str),
    EphemeralResource(&'a str),
    ListResource(&'a str),
    Action(&'a str),
    Function(&'a str),
}

/// What becomes of a stream of events when its caller goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WhenDropped {
    /// It is dropped.
    Stop,
    /// It is run to its end, since it changes something.
    Finish,
}

/// Runs requests. Cheap to clone.
#[derive(Clone)]
pub(super) struct Runner {
    provider: Arc<dyn Provider>,
    address: Arc<str>,
    lifecycle: Lifecycle,
    /// Tells the requests of one process from those of another.
    process: u32,
    requests: Arc<AtomicU64>,
}

impl Runner {
    pub(super) fn new(provider: Arc<dyn Provider>, address: &str, lifecycle: Lifecycle) -> Self {
        let random = RandomState::new().hash_one(std::process::id());
        let process = u32::try_from(random >> 32).unwrap_or_default();
        Self {
            provider,
            address: address.into(),
            lifecycle,
            process,
            requests: Arc::default(),
        }
    }

    /// Runs a request to its end, even if the caller goes away: half of a change is worse
    /// than one that nobody hears of.
    pub(super) async fn run<F, T>(
        &self,
        rpc: &'static str,
        subject: Subject<'_>,
        call: impl FnOnce(Arc<dyn Provider>) -> F + Send + 'static,
    ) -> Result<T, Status>
    where
        F: Future<Output = Result<T, RpcError>> + Send,
        T: Send + 'static,
    {
        let provider = self.provider.clone();
        let running = self.lifecycle.running();
        let task = async move {
            let _running = running;
            let start = Instant::now();
            tracing::trace!("received request");
            let result = call(provider).await;
            let tf_req_duration_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
            match &result {
                Ok(_) => tracing::trace!(tf_req_duration_ms, "answered request"),
                Err(error) => tracing::error!(tf_req_duration_ms, %error, "request failed"),
            }
            result
        };
        match tokio::spawn(task.instrument(self.span(rpc, subject))).await {
            Ok(result) => result.map_err(|error| status(rpc, &error)),
            Err(error) => Err(failed(rpc, &error)),
        }
    }

    /// Passes on the events of a stream as they come.
    pub(super) fn stream<E, T>(
        &self,
        rpc: &'static str,
        subject: Subject<'_>,
        mut events: EventStream<E>,
        when_dropped: WhenDropped,
        convert: fn(E) -> T,
    ) -> ReceiverStream<Result<T, Status>>
    where
        E: Send + 'static,
        T: Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(EVENTS_WAITING);
        let running = self.lifecycle.running();
        let results = sender.clone();
        let task = async move {
            let _running = running;
            while let Some(event) = events.next().await {
                let sent = sender.send(Ok(convert(event))).await;
                if sent.is_err() && when_dropped == WhenDropped::Stop {
                    break;
                }
            }
        };
        let task = tokio::spawn(task.instrument(self.span(rpc, subject)));
        tokio::spawn(async move {
            if let Err(error) = task.await {
                // Nobody hears it when the caller has gone.
                results.send(Err(failed(rpc, &error))).await.ok();
            }
        });
        ReceiverStream::new(receiver)
    }

    fn span(&self, tf_rpc: &'static str, subject: Subject<'_>) -> Span {
        let request = self.requests.fetch_add(1, Ordering::Relaxed);
        let span = tracing::info_span!(
            "request",
            tf_rpc,
            tf_req_id = format_args!("{:08x}-{request}", self.process),
            tf_provider_addr = &*self.address,
            tf_proto_version = PROTOCOL,
            tf_resource_type = field::Empty,
            tf_data_source_type = field::Empty,
            tf_ephemeral_resource_type = field::Empty,
            tf_list_resource_type = field::Empty,
            tf_action_type = field::Empty,
            tf_function_name = field::Empty,
        );
        match subject {
            Subject::Provider => &span,
            Subject::Resource(name) => span.record("tf_resource_type", name),
            Subject::DataSource(name) => span.record("tf_data_source_type", name),
            Subject::EphemeralResource(name) => span.record("tf_ephemeral_resource_type", name),
            Subject::ListResource(name) => span.record("tf_list_resource_type", name),
            Subject::Action(name) => span.record("tf_action_type", name),
            Subject::Function(name) => span.record("tf_function_name", name),
        };
        span
    }
}

fn status(rpc: &str, error: &RpcError) -> Status {
    match error {
        RpcError::Unimplemented => Status::unimplemented(format!("{rpc} is not implemented")),
        RpcError::Internal(text) => Status::internal(format!("{rpc}: {text}")),
    }
}

fn failed(rpc: &str, error: &JoinError) -> Status {
    let what = if error.is_panic() {
        "panicked"
    } else {
        "was cancelled"
    };
    Status::internal(format!("the provider {what} in {rpc}; its log tells where"))
}
