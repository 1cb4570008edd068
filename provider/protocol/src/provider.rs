//! What a provider answers, request by request.
//!
//! Requests and responses mirror the protocol's messages, without its generated types: a
//! provider, or a framework for providers, needs nothing of gRPC.

use std::pin::Pin;
use std::time::SystemTime;

use async_trait::async_trait;
use futures_core::Stream;

use crate::{DecodeError, Diagnostic, DynamicValue, Path, ProviderSchema};

/// A request that could not be answered at all; for what the user can mend there are
/// [`Diagnostic`]s.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RpcError {
    /// This provider does not have it.
    #[error("not implemented")]
    Unimplemented,
    /// The request does not fit the protocol, or the provider has a defect.
    #[error("{0}")]
    Internal(String),
}

impl From<DecodeError> for RpcError {
    fn from(error: DecodeError) -> Self {
        Self::Internal(error.to_string())
    }
}

/// What the caller, Terraform or `OpenTofu`, can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientCapabilities {
    /// A response may be deferred.
    pub deferral_allowed: bool,
    /// Write-only attributes may be used.
    pub write_only_attributes_allowed: bool,
}

/// Why a response was put off to a later run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deferred {
    /// Part of the resource's configuration is unknown.
    ResourceConfigUnknown,
    /// Part of the provider's configuration is unknown.
    ProviderConfigUnknown,
    /// Something else must be there first.
    AbsentPrerequisite,
}

/// A state or identity as it lies in the state file: JSON of an older or this schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawState {
    /// JSON.
    pub json: Vec<u8>,
    /// Whether it was in the format of Terraform before 0.12, which is not read any more.
    pub is_flatmap: bool,
}

macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* })*) => {
        $($(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $name { $($(#[$field_doc])* pub $field: $ty,)* })*
    };
}

messages! {
    /// `ValidateProviderConfig`.
    ValidateProviderConfig {
        /// The provider block.
        config: DynamicValue,
    }
    /// `ConfigureProvider`.
    ConfigureProvider {
        /// Version of the caller; `OpenTofu` sends its own.
        terraform_version: String,
        /// The provider block; may hold unknown values.
        config: DynamicValue,
        /// What the caller can do.
        client: ClientCapabilities,
    }
    /// `ValidateResourceConfig`, `ValidateDataResourceConfig`,
    /// `ValidateEphemeralResourceConfig`, `ValidateListResourceConfig` or
    /// `ValidateActionConfig`.
    ValidateConfig {
        /// Full type name.
        type_name: String,
        /// The configuration.
        config: DynamicValue,
        /// What the caller can do; only sent for managed resources.
        client: ClientCapabilities,
        /// Only for list resources: whether whole objects are wanted; may be unknown.
        include_resource_object: DynamicValue,
        /// Only for list resources: how many at most; may be unknown.
        limit: DynamicValue,
    }
    /// `UpgradeResourceState` or `UpgradeResourceIdentity`.
    Upgrade {
        /// Full type name.
        type_name: String,
        /// Version of the schema it was written by.
        version: i64,
        /// What was written.
        raw: RawState,
    }
    /// Answer to [`Upgrade`].
    Upgraded {
        /// The state or identity in the current schema.
        value: DynamicValue,
        /// What the user is told.
        diagnostics: Vec<Diagnostic>,
    }
    /// `ReadResource`.
    ReadResource {
        /// Full type name.
        type_name: String,
        /// What Terraform has in its state.
        current_state: DynamicValue,
        /// The provider's own data beside it.
        private: Vec<u8>,
        /// What the caller can do.
        client: ClientCapabilities,
        /// The identity, where one is stored.
        current_identity: Option<DynamicValue>,
    }
    /// Answer to [`ReadResource`].
    ReadResourceResponse {
        /// What is there now; null when it is gone.
        new_state: DynamicValue,
        /// What the user is told.
        diagnostics: Vec<Diagnostic>,
        /// The provider's own data beside it.
        private: Vec<u8>,
        /// Put off to a later run.
        deferred: Option<Deferred>,
        /// The identity; leaving it out drops the stored one.
        new_identity: Option<DynamicValue>,
    }
    /// `PlanResourceChange`.
    PlanResourceChange {
        /// Full type name.
        type_name: String,
        /// What is in the state; null on create.
        prior_state: DynamicValue,
        /// Configuration and prior state merged by Terraform; null on destroy.
        proposed_new_state: DynamicValue,
        /// The configuration, write-only values included.
        config: DynamicValue,
        /// The provider's own data beside the state.
        prior_private: Vec<u8>,
        /// What the caller can do.
        client: ClientCapabilities,
        /// The identity, where one is stored.
        prior_identity: Option<DynamicValue>,
    }
    /// Answer to [`PlanResourceChange`].
    PlanResourceChangeResponse {
        /// What will be there, unknown where only apply can tell.
        planned_state: DynamicValue,
        /// Attributes whose change needs a new object.
        requires_replace: Vec<Path>,
        /// The provider's own data beside it.
        planned_private: Vec<u8>,
        /// What the user is told.
        diagnostics: Vec<Diagnostic>,
        /// Put off to a later run.
        deferred: Option<Deferred>,
        /// The identity it will have, where that is known.
        planned_identity: Option<DynamicValue>,
    }
    /// `ApplyResourceChange`.
    ApplyResourceChange {
        /// Full type name.
        type_name: String,
        /// What is in the state; null on create.
        prior_state: DynamicValue,
        /// What was planned; null on destroy.
        planned_state: DynamicValue,
        /// The configuration, write-only values included.
        config: DynamicValue,
        /// What the plan put beside it.
        planned_private: Vec<u8>,
        /// The identity that was planned.
        planned_identity: Option<DynamicValue>,
    }
    /// Answer to [`ApplyResourceChange`].
    ApplyResourceChangeResponse {
        /// What is there now, also after an error; null when nothing is.
        new_state: DynamicValue,
        /// The provider's own data beside it.
        private: Vec<u8>,
        /// What the user is told.
        diagnostics: Vec<Diagnostic>,
        /// Its identity.
        new_identity: Option<DynamicValue>,
    }
    /// `ImportResourceState`: either `id` or `identity` is given.
    ImportResourceState {
        /// Full type name.
        type_name: String,
        /// What the user wrote.
        id: String,
        /// What the user wrote.
        identity: Option<DynamicValue>,
        /// What the caller can do.
        client: ClientCapabilities,
    }
    /// Answer to [`ImportResourceState`].
    ImportResourceStateResponse {
        /// What was found: one object.
        imported: Vec<Imported>,
        /// What the user is told.
        diagnostics: Vec<Diagnostic>,
        /// Put off to a later run.
        deferred: Option<Deferred>,
    }
    /// An imported object.
    Imported {
        /// Full type name.
        type_name: String,
        /// Its state.
        state: DynamicValue,
        /// The provider's own data beside it.
        private: Vec<u8>,
        /// Its identity.
        identity: Option<DynamicValue>,
    }
    /// `MoveResourceState`.
    MoveResourceState {
        /// Provider the state comes from, such as `registry.terraform.io/hashicorp/null`.
        source_provider_address: String,
        /// Full type name it comes from.
        source_type_name: String,
        /// Version of the schema it was written by.
        source_schema_version: i64,
        /// What was written.
        source_state: RawState,
        /// The other provider's own data beside it.
        source_private: Vec<u8>,
        /// Full type name it shall become.
        target_type_name: String,
        /// The identity it had.
        source_identity: Option<RawState>,
        /// Version of that identity's schema.
        source_identity_schema_version: i64,
    }
    /// Answer to [`MoveResourceState`].
    MoveResourceStateResponse {
        /// The state in the target's schema.
        target_state: DynamicValue,
        /// What the user is told.
        diagnostics: Vec<Diagnostic>,
        /// The provider's own data beside it.
        target_private: Vec<u8>,
        /// Its identity.
        target_identity: Option<DynamicValue>,
    }
    /// `GenerateResourceConfig`.
    GenerateResourceConfig {
        /// Full type name.
        type_name: String,
        /// A state to turn into a configuration.
        state: DynamicValue,
    }
    /// Answer to [`GenerateResourceConfig`].
    GenerateResourceConfigResponse {
        /// The configuration.
        config: DynamicValue,
        /// What the user is told.
        diagnostics: Vec<Diagnostic>,
    }
    /// `ReadDataSource`.
    ReadDataSource {
        /// Full type name.
        type_name: String,
        /// The configuration.
        config: DynamicValue,
        /// What the caller can do.
        client: ClientCapabilities,
    }
    /// Answer to [`ReadDataSource`].
    ReadDataSourceResponse {
        /// Configuration and results.
        state: DynamicValue,
        /// What the user is told.
        diagnostics: Vec<Diagnostic>,
        /// Put off to a later run.
        deferred: Option<Deferred>,
    }
    /// `OpenEphemeralResource`.
    OpenEphemeralResource {
        /// Full type name.
        type_name: String,
        /// The configuration.
        config: DynamicValue,
        /// What the caller can do.
        client: ClientCapabilities,
    }
    /// Answer to [`OpenEphemeralResource`].
    OpenEphemeralResourceResponse {
        /// Configuration and results; never stored by Terraform.
        result: DynamicValue,
        /// What the user is told.
        diagnostics: Vec<Diagnostic>,
        /// When it must be renewed.
        renew_at: Option<SystemTime>,
        /// What is needed to renew and to close it.
        private: Option<Vec<u8>>,
        /// Put off to a later run.
        deferred: Option<Deferred>,
    }
    /// `RenewEphemeralResource` or `CloseEphemeralResource`.
    HeldEphemeralResource {
        /// Full type name.
        type_name: String,
        /// What opening or the last renewal gave.
        private: Option<Vec<u8>>,
    }
    /// Answer to `RenewEphemeralResource`.
    RenewEphemeralResourceResponse {
        /// What the user is told.
        diagnostics: Vec<Diagnostic>,
        /// When it must be renewed again.
        renew_at: Option<SystemTime>,
        /// What is needed next time.
        private: Option<Vec<u8>>,
    }
    /// `CallFunction`.
    CallFunction {
        /// Name, without prefix.
        name: String,
        /// One per parameter, then the variadic ones.
        arguments: Vec<DynamicValue>,
    }
    /// `ListResource`.
    ListResource {
        /// Full type name of the managed resource.
        type_name: String,
        /// The configuration.
        config: DynamicValue,
        /// Whether each event shall carry the whole object.
        include_resource_object: bool,
        /// How many objects at most; 0 or less is no limit.
        limit: i64,
    }
    /// One object found by [`ListResource`].
    ListEvent {
        /// Its identity; only a pure diagnostic has none.
        identity: Option<DynamicValue>,
        /// Its name, for a person.
        display_name: String,
        /// The whole object, when it was asked for.
        resource_object: Option<DynamicValue>,
        /// What the user is told.
        diagnostics: Vec<Diagnostic>,
    }
    /// `PlanAction` or `InvokeAction`.
    ActionRequest {
        /// Full type name.
        type_name: String,
        /// The configuration.
        config: DynamicValue,
        /// What the caller can do.
        client: ClientCapabilities,
    }
    /// Answer to `PlanAction`.
    PlanActionResponse {
        /// What the user is told.
        diagnostics: Vec<Diagnostic>,
        /// Put off to a later run.
        deferred: Option<Deferred>,
    }
}

/// A provider function failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionError {
    /// Why.
    pub text: String,
    /// The argument it concerns, counted from 0.
    pub argument: Option<i64>,
}

/// What an action tells while it runs: any number of `Progress`, then one `Completed`.
#[derive(Clone, Debug)]
pub enum ActionEvent {
    /// A line for the user.
    Progress(String),
    /// The end, successful when there is no error among the diagnostics.
    Completed(Vec<Diagnostic>),
}

/// A stream of events, sent as they come.
pub type EventStream<T> = Pin<Box<dyn Stream<Item = T> + Send + 'static>>;

/// A provider: one method per request of the protocol.
///
/// A method that is not overridden answers that the provider does not have it. Errors of
/// the user belong into the diagnostics of a response; [`RpcError`] is for defects.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// Everything the provider offers. Called for `GetProviderSchema`, `GetMetadata`,
    /// `GetResourceIdentitySchemas` and `GetFunctions`.
    fn schema(&self) -> ProviderSchema;

    /// Checks the provider block.
    async fn validate_provider_config(
        &self,
        _request: ValidateProviderConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(Vec::new())
    }

    /// Takes the provider block. May be called again, and with unknown values in it.
    async fn configure(&self, _request: ConfigureProvider) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(Vec::new())
    }

    /// Cancels what is running and returns at once; the provider goes on serving.
    fn stop(&self) {}

    /// Checks the configuration of a managed resource.
    async fn validate_resource(
        &self,
        _request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(Vec::new())
    }

    /// Checks the configuration of a data source.
    async fn validate_data_source(
        &self,
        _request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(Vec::new())
    }

    /// Checks the configuration of an ephemeral resource.
    async fn validate_ephemeral_resource(
        &self,
        _request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(Vec::new())
    }

    /// Checks the configuration of a list resource.
    async fn validate_list_resource(
        &self,
        _request: ValidateConfig,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(Vec::new())
    }

    /// Checks the configuration of an action.
    async fn validate_action(&self, _request: ValidateConfig) -> Result<Vec<Diagnostic>, RpcError> {
        Ok(Vec::new())
    }

    /// Brings a stored state into the current schema. Must not call the API.
    async fn upgrade_state(&self, _request: Upgrade) -> Result<Upgraded, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Brings a stored identity into the current schema.
    async fn upgrade_identity(&self, _request: Upgrade) -> Result<Upgraded, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Looks what is there.
    async fn read_resource(
        &self,
        _request: ReadResource,
    ) -> Result<ReadResourceResponse, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Tells what a change will do.
    async fn plan_resource(
        &self,
        _request: PlanResourceChange,
    ) -> Result<PlanResourceChangeResponse, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Creates, updates or deletes.
    async fn apply_resource(
        &self,
        _request: ApplyResourceChange,
    ) -> Result<ApplyResourceChangeResponse, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Finds an object that Terraform does not know yet.
    async fn import_resource(
        &self,
        _request: ImportResourceState,
    ) -> Result<ImportResourceStateResponse, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Takes over the state of another type or provider.
    async fn move_state(
        &self,
        _request: MoveResourceState,
    ) -> Result<MoveResourceStateResponse, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Turns a state into a valid configuration.
    async fn generate_config(
        &self,
        _request: GenerateResourceConfig,
    ) -> Result<GenerateResourceConfigResponse, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Reads a data source.
    async fn read_data_source(
        &self,
        _request: ReadDataSource,
    ) -> Result<ReadDataSourceResponse, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Opens an ephemeral resource.
    async fn open_ephemeral_resource(
        &self,
        _request: OpenEphemeralResource,
    ) -> Result<OpenEphemeralResourceResponse, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Renews the lease of an ephemeral resource.
    async fn renew_ephemeral_resource(
        &self,
        _request: HeldEphemeralResource,
    ) -> Result<RenewEphemeralResourceResponse, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Closes an ephemeral resource.
    async fn close_ephemeral_resource(
        &self,
        _request: HeldEphemeralResource,
    ) -> Result<Vec<Diagnostic>, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Calls a function; may happen in a process that was never configured.
    async fn call_function(
        &self,
        _request: CallFunction,
    ) -> Result<Result<DynamicValue, FunctionError>, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Lists objects, known to Terraform or not.
    async fn list_resource(
        &self,
        _request: ListResource,
    ) -> Result<EventStream<ListEvent>, RpcError> {
        Err(RpcError::Unimplemented)
    }

    /// Tells whether an action can be invoked.
    async fn plan_action(&self, _request: ActionRequest) -> Result<PlanActionResponse, RpcError> {
        Ok(PlanActionResponse::default())
    }

    /// Invokes an action.
    async fn invoke_action(
        &self,
        _request: ActionRequest,
    ) -> Result<EventStream<ActionEvent>, RpcError> {
        Err(RpcError::Unimplemented)
    }
}
