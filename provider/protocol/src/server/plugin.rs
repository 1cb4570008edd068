//! The services that go-plugin expects beside the provider.

use std::pin::Pin;

use async_trait::async_trait;
use futures_core::Stream;
use futures_util::{FutureExt, StreamExt, stream};
use tonic::{Request, Response, Status, Streaming};

use super::lifecycle::{Ending, Lifecycle};
use crate::wire::health::health_check_response::ServingStatus;
use crate::wire::health::{HealthCheckRequest, HealthCheckResponse, health_server};
use crate::wire::plugin::{
    ConnInfo, Empty, StdioData, grpc_broker_server, grpc_controller_server, grpc_stdio_server,
};

/// The service whose health go-plugin asks for.
const HEALTHY_SERVICE: &str = "plugin";

type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Ends the plugin.
pub(super) struct Controller(pub(super) Lifecycle);

/// Holds the streams by which host and plugin could open further connections; providers
/// have no use for them.
pub(super) struct Broker(pub(super) Lifecycle);

/// Holds the stream for what the plugin writes to its standard streams: nothing, since the
/// host would log it as unexpected.
pub(super) struct Stdio(pub(super) Lifecycle);

/// Tells that the plugin serves.
pub(super) struct Health(pub(super) Lifecycle);

#[async_trait]
impl grpc_controller_server::GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.0.end(Ending::Asked);
        Ok(Response::new(Empty {}))
    }
}

#[async_trait]
impl grpc_broker_server::GrpcBroker for Broker {
    type StartStreamStream = Messages<ConnInfo>;

    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        let received = request
            .into_inner()
            .filter_map(|_| std::future::ready(None));
        let end = ending(&self.0);
        Ok(Response::new(received.take_until(end).boxed()))
    }
}

#[async_trait]
impl grpc_stdio_server::GrpcStdio for Stdio {
    type StreamStdioStream = Messages<StdioData>;

    async fn stream_stdio(
        &self,
        _request: Request<()>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(
            stream::pending().take_until(ending(&self.0)).boxed(),
        ))
    }
}

#[async_trait]
impl health_server::Health for Health {
    type WatchStream = Messages<HealthCheckResponse>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match request.into_inner().service.as_str() {
            "" | HEALTHY_SERVICE => Ok(Response::new(status(ServingStatus::Serving))),
            _ => Err(Status::not_found("there is no such service")),
        }
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let now = match request.into_inner().service.as_str() {
            "" | HEALTHY_SERVICE => ServingStatus::Serving,
            _ => ServingStatus::ServiceUnknown,
        };
        let first = stream::iter([Ok(status(now))]);
        Ok(Response::new(
            first
                .chain(stream::pending().take_until(ending(&self.0)))
                .boxed(),
        ))
    }
}

fn ending(lifecycle: &Lifecycle) -> impl Future<Output = ()> + Send + 'static {
    let lifecycle = lifecycle.clone();
    async move { lifecycle.begun().await }.map(drop)
}

fn status(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}
