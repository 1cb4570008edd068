//! A provider whose requests hang, panic, fail and log, as their type name tells.

use std::process::ExitCode;

use plinth_protocol::{
    ActionEvent, ActionRequest, EventStream, Options, Provider, ProviderSchema, ReadDataSource,
    ReadDataSourceResponse, RpcError, async_trait, serve, serve_debug,
};
use tokio::sync::Semaphore;

struct Misbehaving {
    stopped: Semaphore,
}

#[async_trait]
impl Provider for Misbehaving {
    fn schema(&self) -> ProviderSchema {
        ProviderSchema::default()
    }

    async fn read_data_source(
        &self,
        request: ReadDataSource,
    ) -> Result<ReadDataSourceResponse, RpcError> {
        match request.type_name.as_str() {
            "hang" => {
                tracing::info!("hanging");
                std::future::pending().await
            }
            "outlive" => {
                tracing::info!("begun");
                self.stopped.acquire().await.map(drop).ok();
                tracing::info!("finished");
                Ok(ReadDataSourceResponse::default())
            }
            "panic" => panic!("as asked"),
            "fail" => Err(RpcError::Internal("as asked".to_owned())),
            "log" => {
                tracing::info!(answer = 42, "something happened");
                Ok(ReadDataSourceResponse::default())
            }
            // As much as was sent comes back.
            _ => Ok(ReadDataSourceResponse {
                state: request.config,
                ..Default::default()
            }),
        }
    }

    fn stop(&self) {
        self.stopped.add_permits(1);
    }

    async fn invoke_action(
        &self,
        _request: ActionRequest,
    ) -> Result<EventStream<ActionEvent>, RpcError> {
        let progress = |text: &str| ActionEvent::Progress(text.to_owned());
        let events = [
            progress("one"),
            progress("two"),
            ActionEvent::Completed(Vec::new()),
        ];
        Ok(Box::pin(futures_util::stream::iter(events)))
    }
}

fn main() -> ExitCode {
    let provider = Misbehaving {
        stopped: Semaphore::new(0),
    };
    let options = Options::new(["registry.terraform.io/test/misbehaving", "example.com/a/b"]);
    if std::env::args().any(|argument| argument == "--debug") {
        serve_debug(provider, &options)
    } else {
        serve(provider, &options)
    }
}
