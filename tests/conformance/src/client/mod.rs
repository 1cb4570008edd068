//! A go-plugin client: starts a provider, or connects to a running one, as Terraform does.
//!
//! [`Client`] is a [`Provider`](plinth_protocol::Provider) itself, so that everything which
//! drives a provider of this process drives one behind gRPC as well.

mod connect;
mod convert;
mod handshake;
mod process;
mod proxy;
mod schema;
mod tls;

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use plinth_protocol::wire::health::HealthCheckRequest;
use plinth_protocol::wire::health::health_check_response::ServingStatus;
use plinth_protocol::wire::health::health_client::HealthClient;
use plinth_protocol::wire::plugin::grpc_broker_client::GrpcBrokerClient;
use plinth_protocol::wire::plugin::grpc_controller_client::GrpcControllerClient;
use plinth_protocol::wire::plugin::grpc_stdio_client::GrpcStdioClient;
use plinth_protocol::wire::plugin::{ConnInfo, Empty, StdioData};
use plinth_protocol::wire::tfplugin6 as tf;
use plinth_protocol::wire::tfplugin6::provider_client::ProviderClient;
use plinth_protocol::{DecodeCause, Diagnostic, ProviderSchema};
use tokio::time::timeout;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

pub use handshake::{Address, Handshake, HandshakeError};
pub use process::{COOKIE, Launch, Process, Security};
pub use tls::{Identity, TlsError};

/// Largest message of Terraform's client: as large as gRPC has them.
const MAX_MESSAGE: usize = i32::MAX as usize;
/// Largest schema Terraform takes.
const MAX_SCHEMA: usize = 64 << 20;
/// How long Terraform waits for the end of a plugin before it kills it.
const GRACE: Duration = Duration::from_secs(2);
/// How long a plugin may take to answer a stream before it is taken for one that does so later.
const STREAM: Duration = Duration::from_millis(250);

/// Why a provider cannot be talked to.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The process could not be started or watched.
    #[error("cannot run the provider")]
    Start(#[source] io::Error),
    /// It ended without a handshake.
    #[error("provider ended before the handshake ({status}): {}", stderr.join(" / "))]
    Exited {
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        stderr: Vec<String>,
    },
    /// No handshake came.
    #[error("provider did not tell its address in time")]
    Late,
    /// The handshake is none.
    #[error("cannot read the handshake")]
    Handshake(#[from] HandshakeError),
    /// Version 6 is not spoken.
    #[error("provider speaks protocol version {0}")]
    Version(u32),
    /// TLS could not be prepared.
    #[error("cannot secure the connection")]
    Tls(#[from] TlsError),
    /// No connection.
    #[error("cannot connect to the provider")]
    Connect(#[from] tonic::transport::Error),
    /// A request failed.
    #[error("{rpc} failed")]
    Rpc {
        /// The request.
        rpc: &'static str,
        /// Why.
        source: Box<Status>,
    },
    /// The schema has a malformed type.
    #[error("type of {0} in the schema is malformed")]
    Type(String, #[source] DecodeCause),
    /// The schema has something else malformed.
    #[error("{0} in the schema is malformed")]
    Schema(String),
    /// The provider did not give its schema.
    #[error("provider has no schema: {}", diagnostics.iter().map(|d| d.summary.as_str()).collect::<Vec<_>>().join(", "))]
    NoSchema {
        /// Why.
        diagnostics: Vec<Diagnostic>,
    },
    /// It did not end by itself.
    #[error("provider did not end in time and was killed")]
    NotGraceful,
    /// `TF_REATTACH_PROVIDERS` is malformed or does not have the provider.
    #[error("cannot reattach: {0}")]
    Reattach(&'static str),
}

/// How a provider ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// How long it took, from the request to shut down.
    pub took: Duration,
    /// All of its standard error.
    pub stderr: Vec<String>,
    /// Lines on standard output after the handshake: there must be none.
    pub stdout: Vec<String>,
}

/// A provider behind gRPC.
#[derive(Debug)]
pub struct Client {
    channel: Channel,
    provider: ProviderClient<Channel>,
    schema: ProviderSchema,
    process: Option<Process>,
    runtime: tokio::runtime::Handle,
    /// Opened by go-plugin at once and kept open as long as the client lives.
    stdio: Option<Streaming<StdioData>>,
    broker: Option<(tokio::sync::mpsc::Sender<ConnInfo>, Streaming<ConnInfo>)>,
}

impl Client {
    /// Starts this program as Terraform does and connects to it.
    pub async fn start(program: impl Into<std::path::PathBuf>) -> Result<Self, ClientError> {
        Launch::new(program).start().await
    }

    /// Connects to a provider that runs already: the value of `TF_REATTACH_PROVIDERS` and the
    /// address of the provider in it. Neither TLS nor shutdown.
    pub async fn reattach(json: &str, provider: &str) -> Result<Self, ClientError> {
        let all: serde_json::Value =
            serde_json::from_str(json).map_err(|_| ClientError::Reattach("no valid JSON"))?;
        let one = all
            .get(provider)
            .ok_or(ClientError::Reattach("no such provider"))?;
        let text = |pointer| one.pointer(pointer).and_then(serde_json::Value::as_str);
        if text("/Protocol") != Some("grpc") {
            return Err(ClientError::Reattach("the protocol is not grpc"));
        }
        let version = one
            .get("ProtocolVersion")
            .and_then(serde_json::Value::as_u64);
        let (network, address) = (text("/Addr/Network"), text("/Addr/String"));
        let address = Address::parse(network.unwrap_or_default(), address.unwrap_or_default());
        let address = address.ok_or(ClientError::Reattach("no usable address"))?;
        let protocol = version
            .and_then(|version| u32::try_from(version).ok())
            .unwrap_or_default();
        let handshake = Handshake {
            protocol,
            address,
            certificate: None,
            multiplexed: None,
        };
        Self::over(&handshake, None).await
    }

    /// Connects as a handshake says.
    pub async fn over(
        handshake: &Handshake,
        identity: Option<&Identity>,
    ) -> Result<Self, ClientError> {
        if handshake.protocol != 6 {
            return Err(ClientError::Version(handshake.protocol));
        }
        let tls = handshake.certificate.as_ref();
        let tls = tls
            .map(|server| tls::connector(server, identity))
            .transpose()?;
        let channel = connect::connect(handshake.address.clone(), tls).await?;
        let mut stdio = GrpcStdioClient::new(channel.clone());
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let outgoing = tokio_stream::wrappers::ReceiverStream::new(receiver);
        let mut broker = GrpcBrokerClient::new(channel.clone());
        // A plugin in Go answers a stream together with its first message, which may never come.
        let (stdio, broker) = tokio::join!(
            timeout(STREAM, stdio.stream_stdio(())),
            timeout(STREAM, broker.start_stream(outgoing)),
        );
        let (stdio, broker) = (
            stdio.ok().and_then(Result::ok),
            broker.ok().and_then(Result::ok),
        );
        let provider = ProviderClient::new(channel.clone())
            .max_decoding_message_size(MAX_MESSAGE)
            .max_encoding_message_size(MAX_MESSAGE);
        let schema = schema::fetch(&channel).await?;
        Ok(Self {
            channel,
            provider,
            schema,
            process: None,
            runtime: tokio::runtime::Handle::current(),
            stdio: stdio.map(tonic::Response::into_inner),
            broker: broker.map(|answer| (sender, answer.into_inner())),
        })
    }

    /// All requests of the service, also those that [`Provider`](plinth_protocol::Provider)
    /// does not have.
    pub fn raw(&self) -> ProviderClient<Channel> {
        self.provider.clone()
    }

    /// Whether the health service says that the plugin serves.
    pub async fn healthy(&self) -> Result<bool, ClientError> {
        let request = HealthCheckRequest {
            service: "plugin".to_owned(),
        };
        let answer = HealthClient::new(self.channel.clone()).check(request).await;
        let answer = answer
            .map_err(|status| failed("Check", status))?
            .into_inner();
        Ok(answer.status() == ServingStatus::Serving)
    }

    /// Whether the plugin opened its standard streams and the broker, as go-plugin expects.
    pub fn streams_open(&self) -> bool {
        self.stdio.is_some() && self.broker.is_some()
    }

    /// Asks the provider to cancel what is running.
    pub async fn stop_running(&self) -> Result<(), ClientError> {
        let answer = self
            .raw()
            .stop_provider(tf::stop_provider::Request {})
            .await;
        answer
            .map(drop)
            .map_err(|status| failed("StopProvider", status))
    }

    /// The process, where the client started it.
    pub fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// What the provider wrote to standard error so far.
    pub fn stderr(&self) -> Vec<String> {
        self.process
            .as_ref()
            .map(Process::stderr)
            .unwrap_or_default()
    }

    /// Ends the provider as Terraform does: it has two seconds. Only for a provider that the
    /// client started.
    pub async fn shutdown(mut self) -> Result<Ended, ClientError> {
        let Some(mut process) = self.process.take() else {
            return Err(ClientError::Reattach("the provider is not ours to end"));
        };
        let start = std::time::Instant::now();
        let mut controller = GrpcControllerClient::new(self.channel.clone());
        // The connection may end before the answer comes.
        drop(controller.shutdown(Empty {}).await);
        let status = process.wait(GRACE).await?;
        let took = start.elapsed();
        Ok(Ended {
            status,
            took,
            stdout: process.rest().await,
            stderr: process.stderr(),
        })
    }
}

fn failed(rpc: &'static str, status: Status) -> ClientError {
    ClientError::Rpc {
        rpc,
        source: Box::new(status),
    }
}
