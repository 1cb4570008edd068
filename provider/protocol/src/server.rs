//! A provider as a plugin: the go-plugin handshake and the gRPC services.

mod convert;
mod handshake;
mod incoming;
mod lifecycle;
mod listen;
mod logging;
mod panic;
mod plugin;
mod run;
mod service;
mod tls;

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tonic::transport::server::Router;
use tonic::transport::{Error, Server};

use self::lifecycle::{Ending, Lifecycle};
use crate::Provider;
use crate::wire::health::health_server::HealthServer;
use crate::wire::plugin::grpc_broker_server::GrpcBrokerServer;
use crate::wire::plugin::grpc_controller_server::GrpcControllerServer;
use crate::wire::plugin::grpc_stdio_server::GrpcStdioServer;
use crate::wire::tfplugin6::provider_server::ProviderServer;

/// Largest message either way, in bytes, as Terraform's own SDKs have it.
const MAX_MESSAGE: usize = 256 << 20;

/// HTTP/2 windows, in bytes: a set of ten thousand objects fits without waiting for leave
/// to go on.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;

/// Threads that poll requests. Terraform runs ten of them at a time by default, and they
/// mostly wait.
const WORKERS: usize = 2;

/// How long what still runs may take to end when Terraform ends the plugin. It kills us
/// after two seconds.
const GRACE: Duration = Duration::from_millis(1500);

/// The same when nobody waits for us: Terraform itself is gone.
const ORPHAN_GRACE: Duration = Duration::from_secs(10);

/// How a provider is known.
#[derive(Clone, Debug)]
pub struct Options {
    addresses: Vec<String>,
}

/// Why a provider could not be served. Each is told to the user on stderr.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
    #[error("cannot listen for Terraform")]
    Listen(#[source] io::Error),
    #[error("cannot watch signals")]
    Signals(#[source] io::Error),
    #[error("cannot write to standard output")]
    Stdout(#[source] io::Error),
    #[error("cannot set up TLS")]
    Tls(#[from] tls::TlsError),
    #[error("cannot go on serving")]
    Serve(#[from] Error),
}

impl Options {
    /// A provider with these addresses, such as `registry.terraform.io/plinth/plinth`; the
    /// first one is used in logs. Its last part is the name after which
    /// `TF_LOG_PROVIDER_<NAME>` is called.
    pub fn new<A: Into<String>>(addresses: impl IntoIterator<Item = A>) -> Self {
        Self {
            addresses: addresses.into_iter().map(Into::into).collect(),
        }
    }

    fn address(&self) -> &str {
        self.addresses.first().map_or("", String::as_str)
    }

    fn name(&self) -> &str {
        self.address().rsplit('/').next().unwrap_or_default()
    }
}

/// Serves a provider to the program that started this process, Terraform or `OpenTofu`,
/// until that ends it. Blocks; to be called from `main`, whose result it is.
///
/// Takes over the process: standard output (the handshake goes there and nothing else may),
/// the panic hook, the `tracing` subscriber and the signals SIGINT (ignored: Terraform sends
/// `StopProvider`) and SIGTERM. Started by a person, it says what it is and fails.
pub fn serve(provider: impl Provider, options: &Options) -> ExitCode {
    if !handshake::is_started_by_terraform() {
        say(handshake::NOT_FOR_PEOPLE);
        return ExitCode::FAILURE;
    }
    start(Arc::new(provider), options, Mode::Plugin)
}

/// Serves a provider to any Terraform or `OpenTofu` of this user that is given the
/// `TF_REATTACH_PROVIDERS` it prints, until SIGINT or SIGTERM. Meant for debuggers: the
/// provider keeps running between commands, and there is no TLS.
pub fn serve_debug(provider: impl Provider, options: &Options) -> ExitCode {
    start(Arc::new(provider), options, Mode::Debug)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Plugin,
    Debug,
}

fn start(provider: Arc<dyn Provider>, options: &Options, mode: Mode) -> ExitCode {
    panic::install_hook();
    logging::install(options.name());
    match block_on(provider, options, mode) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("The provider cannot start: {error}");
            let mut source = std::error::Error::source(&error);
            while let Some(error) = source {
                text.push_str(": ");
                text.push_str(&error.to_string());
                source = error.source();
            }
            text.push_str(".\n");
            say(&text);
            ExitCode::FAILURE
        }
    }
}

fn block_on(provider: Arc<dyn Provider>, options: &Options, mode: Mode) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(ServeError::Runtime)?;
    let result = runtime.block_on(run(provider, options, mode));
    // What does not end by itself must not keep the process: its time was given above.
    runtime.shutdown_background();
    result
}

async fn run(provider: Arc<dyn Provider>, options: &Options, mode: Mode) -> Result<(), ServeError> {
    let lifecycle = Lifecycle::default();
    lifecycle
        .watch_signals(mode == Mode::Debug)
        .map_err(ServeError::Signals)?;
    let (socket, place) = listen::bind().map_err(ServeError::Listen)?;
    let (tls, line) = match mode {
        Mode::Plugin => {
            lifecycle.watch_parent();
            let (config, certificate) = tls::from_environment()?.unzip();
            (config, handshake::line(&place, certificate.as_ref()))
        }
        Mode::Debug => (None, handshake::reattach(&place, &options.addresses)),
    };
    let mut stdout = io::stdout();
    stdout
        .write_all(line.as_bytes())
        .map_err(ServeError::Stdout)?;
    stdout.flush().map_err(ServeError::Stdout)?;

    let incoming = incoming::accept(socket, tls);
    let router = router(provider.clone(), options, &lifecycle);
    let ending = lifecycle.clone();
    let serving = router.serve_with_incoming_shutdown(incoming, async move {
        ending.begun().await;
    });
    let served = async {
        serving.await?;
        // Requests whose caller has gone still run to their end.
        lifecycle.idle().await;
        Ok(())
    };
    let overdue = async {
        let grace = match lifecycle.begun().await {
            Ending::Asked => GRACE,
            Ending::Orphaned => ORPHAN_GRACE,
        };
        provider.stop();
        lifecycle.expire(grace).await;
    };
    tokio::select! {
        result = served => result,
        () = overdue => {
            tracing::warn!("requests were still running at the end");
            Ok(())
        }
    }
}

fn router(provider: Arc<dyn Provider>, options: &Options, lifecycle: &Lifecycle) -> Router {
    let runner = run::Runner::new(provider, options.address(), lifecycle.clone());
    let provider = ProviderServer::new(service::Service::new(runner))
        .max_decoding_message_size(MAX_MESSAGE)
        .max_encoding_message_size(MAX_MESSAGE);
    Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .add_service(provider)
        .add_service(GrpcControllerServer::new(plugin::Controller(
            lifecycle.clone(),
        )))
        .add_service(GrpcBrokerServer::new(plugin::Broker(lifecycle.clone())))
        .add_service(GrpcStdioServer::new(plugin::Stdio(lifecycle.clone())))
        .add_service(HealthServer::new(plugin::Health(lifecycle.clone())))
}

/// Tells a person something on stderr. If even that fails there is nobody to tell.
fn say(text: &str) {
    io::stderr().write_all(text.as_bytes()).ok();
}
