//! The 36 requests of the provider's service.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use futures_core::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::convert::diagnostics;
use super::convert::schema::Answers;
use super::run::{Runner, Subject, WhenDropped};
use crate::wire::tfplugin6 as wire;
use crate::{Diagnostic, Provider, RpcError};

/// Unpacks requests, has them run, packs the answers.
pub(super) struct Service {
    runner: Runner,
    answers: Arc<OnceLock<Answers>>,
}

type Events<T> = ReceiverStream<Result<T, Status>>;

impl Service {
    pub(super) fn new(runner: Runner) -> Self {
        Self {
            runner,
            answers: Arc::default(),
        }
    }

    /// A part of what is answered about schemas, which are converted at the first request.
    async fn schema<T: Send + 'static>(
        &self,
        rpc: &'static str,
        part: fn(&Answers) -> T,
    ) -> Result<Response<T>, Status> {
        let answers = self.answers.clone();
        self.answer(rpc, Subject::Provider, async move |provider| {
            Ok(part(answers.get_or_init(|| provider.schema().into())))
        })
        .await
    }

    async fn answer<T, W, F>(
        &self,
        rpc: &'static str,
        subject: Subject<'_>,
        call: impl FnOnce(Arc<dyn Provider>) -> F + Send + 'static,
    ) -> Result<Response<W>, Status>
    where
        F: Future<Output = Result<T, RpcError>> + Send,
        T: Send + 'static,
        W: From<T>,
    {
        self.runner
            .run(rpc, subject, call)
            .await
            .map(|answer| Response::new(answer.into()))
    }

    async fn diagnose<F>(
        &self,
        rpc: &'static str,
        subject: Subject<'_>,
        call: impl FnOnce(Arc<dyn Provider>) -> F + Send + 'static,
    ) -> Result<Vec<wire::Diagnostic>, Status>
    where
        F: Future<Output = Result<Vec<Diagnostic>, RpcError>> + Send,
    {
        self.runner.run(rpc, subject, call).await.map(diagnostics)
    }
}

/// No state is stored by providers of this crate; clients only ask one that says so.
fn no_state_store() -> Status {
    Status::unimplemented("the provider stores no state")
}

#[async_trait]
impl wire::provider_server::Provider for Service {
    async fn get_metadata(
        &self,
        _request: Request<wire::get_metadata::Request>,
    ) -> Result<Response<wire::get_metadata::Response>, Status> {
        self.schema("GetMetadata", |answers| answers.metadata.clone())
            .await
    }

    async fn get_provider_schema(
        &self,
        _request: Request<wire::get_provider_schema::Request>,
    ) -> Result<Response<wire::get_provider_schema::Response>, Status> {
        self.schema("GetProviderSchema", |answers| answers.schema.clone())
            .await
    }

    async fn get_resource_identity_schemas(
        &self,
        _request: Request<wire::get_resource_identity_schemas::Request>,
    ) -> Result<Response<wire::get_resource_identity_schemas::Response>, Status> {
        self.schema("GetResourceIdentitySchemas", |answers| {
            answers.identities.clone()
        })
        .await
    }

    async fn get_functions(
        &self,
        _request: Request<wire::get_functions::Request>,
    ) -> Result<Response<wire::get_functions::Response>, Status> {
        self.schema("GetFunctions", |answers| wire::get_functions::Response {
            functions: answers.schema.functions.clone(),
            diagnostics: Vec::new(),
        })
        .await
    }

    async fn stop_provider(
        &self,
        _request: Request<wire::stop_provider::Request>,
    ) -> Result<Response<wire::stop_provider::Response>, Status> {
        self.runner
            .run("StopProvider", Subject::Provider, async |provider| {
                provider.stop();
                Ok(Response::new(wire::stop_provider::Response::default()))
            })
            .await
    }

    async fn validate_provider_config(
        &self,
        request: Request<wire::validate_provider_config::Request>,
    ) -> Result<Response<wire::validate_provider_config::Response>, Status> {
        let request = request.into_inner();
        self.diagnose(
            "ValidateProviderConfig",
            Subject::Provider,
            async move |provider| provider.validate_provider_config(request.into()).await,
        )
        .await
        .map(|diagnostics| Response::new(wire::validate_provider_config::Response { diagnostics }))
    }

    async fn configure_provider(
        &self,
        request: Request<wire::configure_provider::Request>,
    ) -> Result<Response<wire::configure_provider::Response>, Status> {
        let request = request.into_inner();
        self.diagnose(
            "ConfigureProvider",
            Subject::Provider,
            async move |provider| provider.configure(request.into()).await,
        )
        .await
        .map(|diagnostics| Response::new(wire::configure_provider::Response { diagnostics }))
    }

    async fn validate_resource_config(
        &self,
        request: Request<wire::validate_resource_config::Request>,
    ) -> Result<Response<wire::validate_resource_config::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.diagnose(
            "ValidateResourceConfig",
            Subject::Resource(&name),
            async move |provider| provider.validate_resource(request.into()).await,
        )
        .await
        .map(|diagnostics| Response::new(wire::validate_resource_config::Response { diagnostics }))
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<wire::validate_data_resource_config::Request>,
    ) -> Result<Response<wire::validate_data_resource_config::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.diagnose(
            "ValidateDataResourceConfig",
            Subject::DataSource(&name),
            async move |provider| provider.validate_data_source(request.into()).await,
        )
        .await
        .map(|diagnostics| {
            Response::new(wire::validate_data_resource_config::Response { diagnostics })
        })
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<wire::validate_ephemeral_resource_config::Request>,
    ) -> Result<Response<wire::validate_ephemeral_resource_config::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.diagnose(
            "ValidateEphemeralResourceConfig",
            Subject::EphemeralResource(&name),
            async move |provider| provider.validate_ephemeral_resource(request.into()).await,
        )
        .await
        .map(|diagnostics| {
            Response::new(wire::validate_ephemeral_resource_config::Response { diagnostics })
        })
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<wire::validate_list_resource_config::Request>,
    ) -> Result<Response<wire::validate_list_resource_config::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.diagnose(
            "ValidateListResourceConfig",
            Subject::ListResource(&name),
            async move |provider| provider.validate_list_resource(request.into()).await,
        )
        .await
        .map(|diagnostics| {
            Response::new(wire::validate_list_resource_config::Response { diagnostics })
        })
    }

    async fn validate_action_config(
        &self,
        request: Request<wire::validate_action_config::Request>,
    ) -> Result<Response<wire::validate_action_config::Response>, Status> {
        let request = request.into_inner();
        let name = request.action_type.clone();
        self.diagnose(
            "ValidateActionConfig",
            Subject::Action(&name),
            async move |provider| provider.validate_action(request.into()).await,
        )
        .await
        .map(|diagnostics| Response::new(wire::validate_action_config::Response { diagnostics }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<wire::upgrade_resource_state::Request>,
    ) -> Result<Response<wire::upgrade_resource_state::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.answer(
            "UpgradeResourceState",
            Subject::Resource(&name),
            async move |provider| provider.upgrade_state(request.into()).await,
        )
        .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<wire::upgrade_resource_identity::Request>,
    ) -> Result<Response<wire::upgrade_resource_identity::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.answer(
            "UpgradeResourceIdentity",
            Subject::Resource(&name),
            async move |provider| provider.upgrade_identity(request.into()).await,
        )
        .await
    }

    async fn read_resource(
        &self,
        request: Request<wire::read_resource::Request>,
    ) -> Result<Response<wire::read_resource::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.answer(
            "ReadResource",
            Subject::Resource(&name),
            async move |provider| provider.read_resource(request.into()).await,
        )
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<wire::plan_resource_change::Request>,
    ) -> Result<Response<wire::plan_resource_change::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.answer(
            "PlanResourceChange",
            Subject::Resource(&name),
            async move |provider| provider.plan_resource(request.into()).await,
        )
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<wire::apply_resource_change::Request>,
    ) -> Result<Response<wire::apply_resource_change::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.answer(
            "ApplyResourceChange",
            Subject::Resource(&name),
            async move |provider| provider.apply_resource(request.into()).await,
        )
        .await
    }

    async fn import_resource_state(
        &self,
        request: Request<wire::import_resource_state::Request>,
    ) -> Result<Response<wire::import_resource_state::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.answer(
            "ImportResourceState",
            Subject::Resource(&name),
            async move |provider| provider.import_resource(request.into()).await,
        )
        .await
    }

    async fn move_resource_state(
        &self,
        request: Request<wire::move_resource_state::Request>,
    ) -> Result<Response<wire::move_resource_state::Response>, Status> {
        let request = request.into_inner();
        let name = request.target_type_name.clone();
        self.answer(
            "MoveResourceState",
            Subject::Resource(&name),
            async move |provider| provider.move_state(request.into()).await,
        )
        .await
    }

    async fn generate_resource_config(
        &self,
        request: Request<wire::generate_resource_config::Request>,
    ) -> Result<Response<wire::generate_resource_config::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.answer(
            "GenerateResourceConfig",
            Subject::Resource(&name),
            async move |provider| provider.generate_config(request.into()).await,
        )
        .await
    }

    async fn read_data_source(
        &self,
        request: Request<wire::read_data_source::Request>,
    ) -> Result<Response<wire::read_data_source::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.answer(
            "ReadDataSource",
            Subject::DataSource(&name),
            async move |provider| provider.read_data_source(request.into()).await,
        )
        .await
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<wire::open_ephemeral_resource::Request>,
    ) -> Result<Response<wire::open_ephemeral_resource::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.answer(
            "OpenEphemeralResource",
            Subject::EphemeralResource(&name),
            async move |provider| provider.open_ephemeral_resource(request.into()).await,
        )
        .await
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<wire::renew_ephemeral_resource::Request>,
    ) -> Result<Response<wire::renew_ephemeral_resource::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.answer(
            "RenewEphemeralResource",
            Subject::EphemeralResource(&name),
            async move |provider| provider.renew_ephemeral_resource(request.into()).await,
        )
        .await
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<wire::close_ephemeral_resource::Request>,
    ) -> Result<Response<wire::close_ephemeral_resource::Response>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        self.diagnose(
            "CloseEphemeralResource",
            Subject::EphemeralResource(&name),
            async move |provider| provider.close_ephemeral_resource(request.into()).await,
        )
        .await
        .map(|diagnostics| Response::new(wire::close_ephemeral_resource::Response { diagnostics }))
    }

    async fn call_function(
        &self,
        request: Request<wire::call_function::Request>,
    ) -> Result<Response<wire::call_function::Response>, Status> {
        let request = request.into_inner();
        let name = request.name.clone();
        self.answer(
            "CallFunction",
            Subject::Function(&name),
            async move |provider| provider.call_function(request.into()).await,
        )
        .await
    }

    async fn plan_action(
        &self,
        request: Request<wire::plan_action::Request>,
    ) -> Result<Response<wire::plan_action::Response>, Status> {
        let request = request.into_inner();
        let name = request.action_type.clone();
        self.answer(
            "PlanAction",
            Subject::Action(&name),
            async move |provider| provider.plan_action(request.into()).await,
        )
        .await
    }

    type ListResourceStream = Events<wire::list_resource::Event>;

    async fn list_resource(
        &self,
        request: Request<wire::list_resource::Request>,
    ) -> Result<Response<Self::ListResourceStream>, Status> {
        let request = request.into_inner();
        let name = request.type_name.clone();
        let subject = Subject::ListResource(&name);
        let call =
            async move |provider: Arc<dyn Provider>| provider.list_resource(request.into()).await;
        let events = self.runner.run("ListResource", subject, call).await?;
        let convert = wire::list_resource::Event::from;
        let events =
            self.runner
                .stream("ListResource", subject, events, WhenDropped::Stop, convert);
        Ok(Response::new(events))
    }

    type InvokeActionStream = Events<wire::invoke_action::Event>;

    async fn invoke_action(
        &self,
        request: Request<wire::invoke_action::Request>,
    ) -> Result<Response<Self::InvokeActionStream>, Status> {
        let request = request.into_inner();
        let name = request.action_type.clone();
        let subject = Subject::Action(&name);
        let call =
            async move |provider: Arc<dyn Provider>| provider.invoke_action(request.into()).await;
        let events = self.runner.run("InvokeAction", subject, call).await?;
        let convert = wire::invoke_action::Event::from;
        let events = self.runner.stream(
            "InvokeAction",
            subject,
            events,
            WhenDropped::Finish,
            convert,
        );
        Ok(Response::new(events))
    }

    async fn validate_state_store_config(
        &self,
        _request: Request<wire::validate_state_store_config::Request>,
    ) -> Result<Response<wire::validate_state_store_config::Response>, Status> {
        Err(no_state_store())
    }

    async fn configure_state_store(
        &self,
        _request: Request<wire::configure_state_store::Request>,
    ) -> Result<Response<wire::configure_state_store::Response>, Status> {
        Err(no_state_store())
    }

    async fn lock_state(
        &self,
        _request: Request<wire::lock_state::Request>,
    ) -> Result<Response<wire::lock_state::Response>, Status> {
        Err(no_state_store())
    }

    async fn unlock_state(
        &self,
        _request: Request<wire::unlock_state::Request>,
    ) -> Result<Response<wire::unlock_state::Response>, Status> {
        Err(no_state_store())
    }

    async fn get_states(
        &self,
        _request: Request<wire::get_states::Request>,
    ) -> Result<Response<wire::get_states::Response>, Status> {
        Err(no_state_store())
    }

    async fn delete_state(
        &self,
        _request: Request<wire::delete_state::Request>,
    ) -> Result<Response<wire::delete_state::Response>, Status> {
        Err(no_state_store())
    }

    type ReadStateBytesStream =
        Pin<Box<dyn Stream<Item = Result<wire::read_state_bytes::ResponseChunk, Status>> + Send>>;

    async fn read_state_bytes(
        &self,
        _request: Request<wire::read_state_bytes::Request>,
    ) -> Result<Response<Self::ReadStateBytesStream>, Status> {
        Err(no_state_store())
    }

    async fn write_state_bytes(
        &self,
        _request: Request<Streaming<wire::write_state_bytes::RequestChunk>>,
    ) -> Result<Response<wire::write_state_bytes::Response>, Status> {
        Err(no_state_store())
    }
}
