//! A registry answers the protocol's requests.

mod apply;
mod configs;
mod objects;
mod others;
mod states;
mod streams;

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use plinth_protocol::{
    ActionEvent, ActionRequest, ApplyResourceChange, ApplyResourceChangeResponse, CallFunction,
    ConfigureProvider, Diagnostic, DynamicValue, EventStream, FunctionError,
    GenerateResourceConfig, GenerateResourceConfigResponse, HeldEphemeralResource,
    ImportResourceState, ImportResourceStateResponse, ListEvent, ListResource, MoveResourceState,
    MoveResourceStateResponse, OpenEphemeralResource, OpenEphemeralResourceResponse, Path,
    PlanActionResponse, PlanResourceChange, PlanResourceChangeResponse, Provider, ProviderSchema,
    ReadDataSource, ReadDataSourceResponse, ReadResource, ReadResourceResponse,
    RenewEphemeralResourceResponse, RpcError, Step, Type, Upgrade, Upgraded, ValidateConfig,
    ValidateProviderConfig, Value,
};
use plinth_wait::Scope;

use crate::context::Context;
use crate::{Diagnostics, Registry, Result};

impl Registry {
    /// What Terraform's wish to stop ends. Taken once by each request: after a stop, there is
    /// a new one for the requests that follow.
    fn running(&self) -> Scope {
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn context(&self, timeout: Duration) -> Context {
        let mut cx = Context::new(self.running(), timeout);
        cx.provider_known = self.provider_known.load(Ordering::Relaxed);
        cx
    }
}

/// Finds what a request names. Terraform only names what is in the schema, so anything else
/// is no mistake of the user's.
fn named<'a, T: ?Sized>(
    map: &'a std::collections::BTreeMap<String, std::sync::Arc<T>>,
    name: &str,
) -> Result<&'a std::sync::Arc<T>, RpcError> {
    map.get(name)
        .ok_or_else(|| RpcError::Internal(format!("{name} is not part of this provider")))
}

/// Decodes what Terraform sent.
fn decode(value: &DynamicValue, ty: &Type, what: &str) -> Result<Value> {
    value.decode(ty).map_err(|error| {
        Diagnostic::error(format!("The {what} cannot be read"))
            .caused_by(&error)
            .into()
    })
}

/// Success or not, what the user is told.
fn told(cx: &mut Context, result: Result<()>) -> Vec<Diagnostic> {
    let mut diagnostics = std::mem::take(&mut cx.warnings);
    if let Err(errors) = result {
        diagnostics.append(errors);
    }
    errors(diagnostics)
}

#[async_trait]
impl Provider for Registry {
    fn schema(&self) -> ProviderSchema {
        Self::schema(self)
    }

    fn stop(&self) {
        let fresh = Scope::new();
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *running, fresh).cancel();
        drop(running);
        self.provider.stop();
    }

    async fn validate_provider_config(
        &self,
        request: ValidateProviderConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(self.validate_block(&request))
    }

    async fn configure(&self, request: ConfigureProvider) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(self.configure_block(request).await)
    }

    async fn validate_resource(
        &self,
        request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        let resource = named(&self.resources, &request.type_name)?;
        Ok(configs::validate(
            resource.described(),
            &request,
            |config, found| {
                resource.check(config, found);
            },
        ))
    }

    async fn validate_data_source(
        &self,
        request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(configs::validate_with(
            &**named(&self.data_sources, &request.type_name)?,
            &request,
        ))
    }

    async fn validate_ephemeral_resource(
        &self,
        request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(configs::validate_with(
            &**named(&self.ephemeral, &request.type_name)?,
            &request,
        ))
    }

    async fn validate_list_resource(
        &self,
        request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(configs::validate_with(
            &**named(&self.lists, &request.type_name)?,
            &request,
        ))
    }

    async fn validate_action(&self, request: ValidateConfig) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(configs::validate_with(
            &**named(&self.actions, &request.type_name)?,
            &request,
        ))
    }

    async fn upgrade_state(&self, request: Upgrade) -> Result<Upgraded, RpcError> {
        let resource = named(&self.resources, &request.type_name)?;
        Ok(objects::upgrade(&**resource, &request))
    }

    async fn upgrade_identity(&self, request: Upgrade) -> Result<Upgraded, RpcError> {
        let resource = named(&self.resources, &request.type_name)?;
        Ok(objects::upgrade_identity(&**resource, &request))
    }

    async fn read_resource(&self, request: ReadResource) -> Result<ReadResourceResponse, RpcError> {
        let resource = named(&self.resources, &request.type_name)?;
        Ok(self.read_object(&**resource, request).await)
    }

    async fn plan_resource(
        &self,
        request: PlanResourceChange,
    ) -> Result<PlanResourceChangeResponse, RpcError> {
        let resource = named(&self.resources, &request.type_name)?;
        Ok(self.plan_object(&**resource, request).await)
    }

    async fn apply_resource(
        &self,
        request: ApplyResourceChange,
    ) -> Result<ApplyResourceChangeResponse, RpcError> {
        let resource = named(&self.resources, &request.type_name)?;
        Ok(self.apply_object(&**resource, request).await)
    }

    async fn import_resource(
        &self,
        request: ImportResourceState,
    ) -> Result<ImportResourceStateResponse, RpcError> {
        let resource = named(&self.resources, &request.type_name)?;
        Ok(self.import_object(&**resource, request).await)
    }

    async fn move_state(
        &self,
        request: MoveResourceState,
    ) -> Result<MoveResourceStateResponse, RpcError> {
        let resource = named(&self.resources, &request.target_type_name)?;
        Ok(objects::move_state(&**resource, &request))
    }

    async fn generate_config(
        &self,
        request: GenerateResourceConfig,
    ) -> Result<GenerateResourceConfigResponse, RpcError> {
        let resource = named(&self.resources, &request.type_name)?;
        Ok(objects::generate_config(&**resource, &request))
    }

    async fn read_data_source(
        &self,
        request: ReadDataSource,
    ) -> Result<ReadDataSourceResponse, RpcError> {
        let data_source = named(&self.data_sources, &request.type_name)?;
        Ok(self.read_data(&**data_source, request).await)
    }

    async fn open_ephemeral_resource(
        &self,
        request: OpenEphemeralResource,
    ) -> Result<OpenEphemeralResourceResponse, RpcError> {
        let ephemeral = named(&self.ephemeral, &request.type_name)?;
        Ok(self.open(&**ephemeral, request).await)
    }

    async fn renew_ephemeral_resource(
        &self,
        request: HeldEphemeralResource,
    ) -> Result<RenewEphemeralResourceResponse, RpcError> {
        let ephemeral = named(&self.ephemeral, &request.type_name)?;
        Ok(self.renew(&**ephemeral, request).await)
    }

    async fn close_ephemeral_resource(
        &self,
        request: HeldEphemeralResource,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        let ephemeral = named(&self.ephemeral, &request.type_name)?;
        Ok(self.close(&**ephemeral, request).await)
    }

    async fn call_function(
        &self,
        request: CallFunction,
    ) -> Result<Result<DynamicValue, FunctionError>, RpcError> {
        let function = self.functions.get(request.name.as_str()).ok_or_else(|| {
            RpcError::Internal(format!(
                "function {} is not part of this provider",
                request.name
            ))
        })?;
        Ok(function.call(&request.arguments))
    }

    async fn list_resource(
        &self,
        request: ListResource,
    ) -> Result<EventStream<ListEvent>, RpcError> {
        self.list_objects(request)
    }

    async fn plan_action(&self, request: ActionRequest) -> Result<PlanActionResponse, RpcError> {
        let action = named(&self.actions, &request.type_name)?;
        Ok(self.plan_one_action(&**action, request).await)
    }

    async fn invoke_action(
        &self,
        request: ActionRequest,
    ) -> Result<EventStream<ActionEvent>, RpcError> {
        self.invoke_one_action(request)
    }
}

/// What was found, as a response's diagnostics: each points as deep as Terraform can follow.
///
/// That is to an attribute of the resource or to an element of it. A path that goes on from
/// there makes it show the first line of the resource instead; the summary has the whole
/// path anyway.
fn errors(mut diagnostics: Diagnostics) -> Vec<Diagnostic> {
    for diagnostic in &mut diagnostics.0 {
        if let Some(Path(steps)) = &mut diagnostic.attribute {
            let depth = match steps.get(1) {
                Some(Step::Key(_) | Step::Index(_)) => 2,
                Some(Step::Attribute(_)) | None => 1,
            };
            steps.truncate(depth);
        }
    }
    diagnostics.0
}
