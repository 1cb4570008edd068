//! The client as a provider: each method is a request.

use async_trait::async_trait;
use futures_util::StreamExt as _;
use plinth_protocol::wire::tfplugin6 as tf;
use plinth_protocol::{
    ActionEvent, ActionRequest, ApplyResourceChange, ApplyResourceChangeResponse, CallFunction,
    ConfigureProvider, Diagnostic, DynamicValue, EventStream, FunctionError,
    GenerateResourceConfig, GenerateResourceConfigResponse, HeldEphemeralResource,
    ImportResourceState, ImportResourceStateResponse, Imported, ListEvent, ListResource,
    MoveResourceState, MoveResourceStateResponse, OpenEphemeralResource,
    OpenEphemeralResourceResponse, PlanActionResponse, PlanResourceChange,
    PlanResourceChangeResponse, Provider, ProviderSchema, ReadDataSource, ReadDataSourceResponse,
    ReadResource, ReadResourceResponse, RenewEphemeralResourceResponse, RpcError, Upgrade,
    Upgraded, ValidateConfig, ValidateProviderConfig,
};
use tonic::{Code, Status};

use super::Client;
use super::convert::{
    capabilities, deferred, diagnostics, identity, identity_data, path, raw_state, time, value,
};

fn failed(status: &Status) -> RpcError {
    match status.code() {
        Code::Unimplemented => RpcError::Unimplemented,
        _ => RpcError::Internal(status.message().to_owned()),
    }
}

/// Sends a request; the fields of the message are given as in a struct expression.
macro_rules! call {
    ($self:ident.$method:ident { $($field:ident: $value:expr),* $(,)? }) => {
        $self
            .raw()
            .$method(tf::$method::Request { $($field: $value),* })
            .await
            .map_err(|status| failed(&status))?
            .into_inner()
    };
}

#[async_trait]
impl Provider for Client {
    fn schema(&self) -> ProviderSchema {
        self.schema.clone()
    }

    async fn validate_provider_config(
        &self,
        request: ValidateProviderConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        let config = Some(request.config.into());
        Ok(diagnostics(
            call!(self.validate_provider_config { config: config }).diagnostics,
        ))
    }

    async fn configure(&self, request: ConfigureProvider) -> Result<Vec<Diagnostic>, RpcError> {
        let answer = call!(self.configure_provider {
            terraform_version: request.terraform_version,
            config: Some(request.config.into()),
            client_capabilities: Some(capabilities(request.client)),
        });
        Ok(diagnostics(answer.diagnostics))
    }

    fn stop(&self) {
        let mut client = self.raw();
        let request = tf::stop_provider::Request {};
        self.runtime
            .spawn(async move { client.stop_provider(request).await });
    }

    async fn validate_resource(
        &self,
        request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        let answer = call!(self.validate_resource_config {
            type_name: request.type_name,
            config: Some(request.config.into()),
            client_capabilities: Some(capabilities(request.client)),
        });
        Ok(diagnostics(answer.diagnostics))
    }

    async fn validate_data_source(
        &self,
        request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        let answer = call!(self.validate_data_resource_config {
            type_name: request.type_name,
            config: Some(request.config.into()),
        });
        Ok(diagnostics(answer.diagnostics))
    }

    async fn validate_ephemeral_resource(
        &self,
        request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        let answer = call!(self.validate_ephemeral_resource_config {
            type_name: request.type_name,
            config: Some(request.config.into()),
        });
        Ok(diagnostics(answer.diagnostics))
    }

    async fn validate_list_resource(
        &self,
        request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        let answer = call!(self.validate_list_resource_config {
            type_name: request.type_name,
            config: Some(request.config.into()),
            include_resource_object: Some(request.include_resource_object.into()),
            limit: Some(request.limit.into()),
        });
        Ok(diagnostics(answer.diagnostics))
    }

    async fn validate_action(&self, request: ValidateConfig) -> Result<Vec<Diagnostic>, RpcError> {
        let answer = call!(self.validate_action_config {
            action_type: request.type_name,
            config: Some(request.config.into()),
        });
        Ok(diagnostics(answer.diagnostics))
    }

    async fn upgrade_state(&self, request: Upgrade) -> Result<Upgraded, RpcError> {
        let answer = call!(self.upgrade_resource_state {
            type_name: request.type_name,
            version: request.version,
            raw_state: Some(raw_state(request.raw)),
        });
        let diagnostics = diagnostics(answer.diagnostics);
        Ok(Upgraded {
            value: value(answer.upgraded_state),
            diagnostics,
        })
    }

    async fn upgrade_identity(&self, request: Upgrade) -> Result<Upgraded, RpcError> {
        let answer = call!(self.upgrade_resource_identity {
            type_name: request.type_name,
            version: request.version,
            raw_identity: Some(raw_state(request.raw)),
        });
        Ok(Upgraded {
            value: identity(answer.upgraded_identity).unwrap_or_default(),
            diagnostics: diagnostics(answer.diagnostics),
        })
    }

    async fn read_resource(&self, request: ReadResource) -> Result<ReadResourceResponse, RpcError> {
        let answer = call!(self.read_resource {
            type_name: request.type_name,
            current_state: Some(request.current_state.into()),
            private: request.private,
            provider_meta: None,
            client_capabilities: Some(capabilities(request.client)),
            current_identity: identity_data(request.current_identity),
        });
        Ok(ReadResourceResponse {
            new_state: value(answer.new_state),
            diagnostics: diagnostics(answer.diagnostics),
            private: answer.private,
            deferred: deferred(answer.deferred),
            new_identity: identity(answer.new_identity),
        })
    }

    async fn plan_resource(
        &self,
        request: PlanResourceChange,
    ) -> Result<PlanResourceChangeResponse, RpcError> {
        let answer = call!(self.plan_resource_change {
            type_name: request.type_name,
            prior_state: Some(request.prior_state.into()),
            proposed_new_state: Some(request.proposed_new_state.into()),
            config: Some(request.config.into()),
            prior_private: request.prior_private,
            provider_meta: None,
            client_capabilities: Some(capabilities(request.client)),
            prior_identity: identity_data(request.prior_identity),
            planned_private: Vec::new(),
        });
        if answer.legacy_type_system {
            return Err(RpcError::Internal(
                "the legacy type system hides broken rules".into(),
            ));
        }
        Ok(PlanResourceChangeResponse {
            planned_state: value(answer.planned_state),
            requires_replace: answer.requires_replace.into_iter().map(path).collect(),
            planned_private: answer.planned_private,
            diagnostics: diagnostics(answer.diagnostics),
            deferred: deferred(answer.deferred),
            planned_identity: identity(answer.planned_identity),
        })
    }

    async fn apply_resource(
        &self,
        request: ApplyResourceChange,
    ) -> Result<ApplyResourceChangeResponse, RpcError> {
        let answer = call!(self.apply_resource_change {
            type_name: request.type_name,
            prior_state: Some(request.prior_state.into()),
            planned_state: Some(request.planned_state.into()),
            config: Some(request.config.into()),
            planned_private: request.planned_private,
            provider_meta: None,
            planned_identity: identity_data(request.planned_identity),
        });
        if answer.legacy_type_system {
            return Err(RpcError::Internal(
                "the legacy type system hides broken rules".into(),
            ));
        }
        Ok(ApplyResourceChangeResponse {
            new_state: value(answer.new_state),
            private: answer.private,
            diagnostics: diagnostics(answer.diagnostics),
            new_identity: identity(answer.new_identity),
        })
    }

    async fn import_resource(
        &self,
        request: ImportResourceState,
    ) -> Result<ImportResourceStateResponse, RpcError> {
        let answer = call!(self.import_resource_state {
            type_name: request.type_name,
            id: request.id,
            client_capabilities: Some(capabilities(request.client)),
            identity: identity_data(request.identity),
        });
        let imported = |wire: tf::import_resource_state::ImportedResource| Imported {
            type_name: wire.type_name,
            state: value(wire.state),
            private: wire.private,
            identity: identity(wire.identity),
        };
        Ok(ImportResourceStateResponse {
            imported: answer
                .imported_resources
                .into_iter()
                .map(imported)
                .collect(),
            diagnostics: diagnostics(answer.diagnostics),
            deferred: deferred(answer.deferred),
        })
    }

    async fn move_state(
        &self,
        request: MoveResourceState,
    ) -> Result<MoveResourceStateResponse, RpcError> {
        let answer = call!(self.move_resource_state {
            source_provider_address: request.source_provider_address,
            source_type_name: request.source_type_name,
            source_schema_version: request.source_schema_version,
            source_state: Some(raw_state(request.source_state)),
            target_type_name: request.target_type_name,
            source_private: request.source_private,
            source_identity: request.source_identity.map(raw_state),
            source_identity_schema_version: request.source_identity_schema_version,
        });
        Ok(MoveResourceStateResponse {
            target_state: value(answer.target_state),
            diagnostics: diagnostics(answer.diagnostics),
            target_private: answer.target_private,
            target_identity: identity(answer.target_identity),
        })
    }

    async fn generate_config(
        &self,
        request: GenerateResourceConfig,
    ) -> Result<GenerateResourceConfigResponse, RpcError> {
        let answer = call!(self.generate_resource_config {
            type_name: request.type_name,
            state: Some(request.state.into()),
        });
        Ok(GenerateResourceConfigResponse {
            config: value(answer.config),
            diagnostics: diagnostics(answer.diagnostics),
        })
    }

    async fn read_data_source(
        &self,
        request: ReadDataSource,
    ) -> Result<ReadDataSourceResponse, RpcError> {
        let answer = call!(self.read_data_source {
            type_name: request.type_name,
            config: Some(request.config.into()),
            provider_meta: None,
            client_capabilities: Some(capabilities(request.client)),
        });
        Ok(ReadDataSourceResponse {
            state: value(answer.state),
            diagnostics: diagnostics(answer.diagnostics),
            deferred: deferred(answer.deferred),
        })
    }

    async fn open_ephemeral_resource(
        &self,
        request: OpenEphemeralResource,
    ) -> Result<OpenEphemeralResourceResponse, RpcError> {
        let answer = call!(self.open_ephemeral_resource {
            type_name: request.type_name,
            config: Some(request.config.into()),
            client_capabilities: Some(capabilities(request.client)),
        });
        Ok(OpenEphemeralResourceResponse {
            result: value(answer.result),
            diagnostics: diagnostics(answer.diagnostics),
            renew_at: time(answer.renew_at),
            private: answer.private,
            deferred: deferred(answer.deferred),
        })
    }

    async fn renew_ephemeral_resource(
        &self,
        request: HeldEphemeralResource,
    ) -> Result<RenewEphemeralResourceResponse, RpcError> {
        let answer = call!(self.renew_ephemeral_resource {
            type_name: request.type_name,
            private: request.private,
        });
        Ok(RenewEphemeralResourceResponse {
            diagnostics: diagnostics(answer.diagnostics),
            renew_at: time(answer.renew_at),
            private: answer.private,
        })
    }

    async fn close_ephemeral_resource(
        &self,
        request: HeldEphemeralResource,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        let answer = call!(self.close_ephemeral_resource {
            type_name: request.type_name,
            private: request.private,
        });
        Ok(diagnostics(answer.diagnostics))
    }

    async fn call_function(
        &self,
        request: CallFunction,
    ) -> Result<Result<DynamicValue, FunctionError>, RpcError> {
        let answer = call!(self.call_function {
            name: request.name,
            arguments: request.arguments.into_iter().map(Into::into).collect(),
        });
        Ok(match answer.error {
            Some(error) => Err(FunctionError {
                text: error.text,
                argument: error.function_argument,
            }),
            None => Ok(value(answer.result)),
        })
    }

    async fn list_resource(
        &self,
        request: ListResource,
    ) -> Result<EventStream<ListEvent>, RpcError> {
        let events = call!(self.list_resource {
            type_name: request.type_name,
            config: Some(request.config.into()),
            include_resource_object: request.include_resource_object,
            limit: request.limit,
        });
        let event = |event: Result<tf::list_resource::Event, Status>| match event {
            Ok(event) => ListEvent {
                identity: identity(event.identity),
                display_name: event.display_name,
                resource_object: event.resource_object.map(Into::into),
                diagnostics: diagnostics(event.diagnostic),
            },
            Err(status) => ListEvent {
                diagnostics: vec![broken_stream(&status)],
                ..ListEvent::default()
            },
        };
        Ok(Box::pin(events.map(event)))
    }

    async fn plan_action(&self, request: ActionRequest) -> Result<PlanActionResponse, RpcError> {
        let answer = call!(self.plan_action {
            action_type: request.type_name,
            config: Some(request.config.into()),
            client_capabilities: Some(capabilities(request.client)),
        });
        Ok(PlanActionResponse {
            diagnostics: diagnostics(answer.diagnostics),
            deferred: deferred(answer.deferred),
        })
    }

    async fn invoke_action(
        &self,
        request: ActionRequest,
    ) -> Result<EventStream<ActionEvent>, RpcError> {
        use tf::invoke_action::event::Type;
        let events = call!(self.invoke_action {
            action_type: request.type_name,
            config: Some(request.config.into()),
            client_capabilities: Some(capabilities(request.client)),
        });
        let event = |event: Result<tf::invoke_action::Event, Status>| match event {
            Ok(event) => Some(match event.r#type? {
                Type::Progress(progress) => ActionEvent::Progress(progress.message),
                Type::Completed(end) => ActionEvent::Completed(diagnostics(end.diagnostics)),
            }),
            Err(status) => Some(ActionEvent::Completed(vec![broken_stream(&status)])),
        };
        Ok(Box::pin(
            events.filter_map(move |next| std::future::ready(event(next))),
        ))
    }
}

/// A stream that ends in an error ends in a diagnostic here.
fn broken_stream(status: &Status) -> Diagnostic {
    Diagnostic::error("stream of events broke off").detail(status.message())
}
