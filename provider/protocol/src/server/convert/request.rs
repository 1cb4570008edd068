//! Requests.

use super::{client, identity, raw, value};
use crate::wire::tfplugin6 as wire;
use crate::{
    ActionRequest, ApplyResourceChange, CallFunction, ConfigureProvider, GenerateResourceConfig,
    HeldEphemeralResource, ImportResourceState, ListResource, MoveResourceState,
    OpenEphemeralResource, PlanResourceChange, ReadDataSource, ReadResource, Upgrade,
    ValidateConfig, ValidateProviderConfig,
};

impl From<wire::validate_provider_config::Request> for ValidateProviderConfig {
    fn from(request: wire::validate_provider_config::Request) -> Self {
        Self {
            config: value(request.config),
        }
    }
}

impl From<wire::configure_provider::Request> for ConfigureProvider {
    fn from(request: wire::configure_provider::Request) -> Self {
        Self {
            terraform_version: request.terraform_version,
            config: value(request.config),
            client: client(request.client_capabilities),
        }
    }
}

impl From<wire::validate_resource_config::Request> for ValidateConfig {
    fn from(request: wire::validate_resource_config::Request) -> Self {
        Self {
            type_name: request.type_name,
            config: value(request.config),
            client: client(request.client_capabilities),
            ..Self::default()
        }
    }
}

impl From<wire::validate_list_resource_config::Request> for ValidateConfig {
    fn from(request: wire::validate_list_resource_config::Request) -> Self {
        Self {
            type_name: request.type_name,
            config: value(request.config),
            include_resource_object: value(request.include_resource_object),
            limit: value(request.limit),
            ..Self::default()
        }
    }
}

impl From<wire::validate_data_resource_config::Request> for ValidateConfig {
    fn from(request: wire::validate_data_resource_config::Request) -> Self {
        let (type_name, config) = (request.type_name, value(request.config));
        Self {
            type_name,
            config,
            ..Self::default()
        }
    }
}

impl From<wire::validate_ephemeral_resource_config::Request> for ValidateConfig {
    fn from(request: wire::validate_ephemeral_resource_config::Request) -> Self {
        let (type_name, config) = (request.type_name, value(request.config));
        Self {
            type_name,
            config,
            ..Self::default()
        }
    }
}

impl From<wire::validate_action_config::Request> for ValidateConfig {
    fn from(request: wire::validate_action_config::Request) -> Self {
        let (type_name, config) = (request.action_type, value(request.config));
        Self {
            type_name,
            config,
            ..Self::default()
        }
    }
}

impl From<wire::upgrade_resource_state::Request> for Upgrade {
    fn from(request: wire::upgrade_resource_state::Request) -> Self {
        let raw = raw(request.raw_state);
        Self {
            type_name: request.type_name,
            version: request.version,
            raw,
        }
    }
}

impl From<wire::upgrade_resource_identity::Request> for Upgrade {
    fn from(request: wire::upgrade_resource_identity::Request) -> Self {
        let raw = raw(request.raw_identity);
        Self {
            type_name: request.type_name,
            version: request.version,
            raw,
        }
    }
}

impl From<wire::read_resource::Request> for ReadResource {
    fn from(request: wire::read_resource::Request) -> Self {
        Self {
            type_name: request.type_name,
            current_state: value(request.current_state),
            private: request.private,
            client: client(request.client_capabilities),
            current_identity: identity(request.current_identity),
        }
    }
}

impl From<wire::plan_resource_change::Request> for PlanResourceChange {
    fn from(request: wire::plan_resource_change::Request) -> Self {
        Self {
            type_name: request.type_name,
            prior_state: value(request.prior_state),
            proposed_new_state: value(request.proposed_new_state),
            config: value(request.config),
            prior_private: request.prior_private,
            client: client(request.client_capabilities),
            prior_identity: identity(request.prior_identity),
        }
    }
}

impl From<wire::apply_resource_change::Request> for ApplyResourceChange {
    fn from(request: wire::apply_resource_change::Request) -> Self {
        Self {
            type_name: request.type_name,
            prior_state: value(request.prior_state),
            planned_state: value(request.planned_state),
            config: value(request.config),
            planned_private: request.planned_private,
            planned_identity: identity(request.planned_identity),
        }
    }
}

impl From<wire::import_resource_state::Request> for ImportResourceState {
    fn from(request: wire::import_resource_state::Request) -> Self {
        Self {
            type_name: request.type_name,
            id: request.id,
            identity: identity(request.identity),
            client: client(request.client_capabilities),
        }
    }
}

impl From<wire::move_resource_state::Request> for MoveResourceState {
    fn from(request: wire::move_resource_state::Request) -> Self {
        Self {
            source_provider_address: request.source_provider_address,
            source_type_name: request.source_type_name,
            source_schema_version: request.source_schema_version,
            source_state: raw(request.source_state),
            source_private: request.source_private,
            target_type_name: request.target_type_name,
            source_identity: request.source_identity.map(Into::into),
            source_identity_schema_version: request.source_identity_schema_version,
        }
    }
}

impl From<wire::generate_resource_config::Request> for GenerateResourceConfig {
    fn from(request: wire::generate_resource_config::Request) -> Self {
        Self {
            type_name: request.type_name,
            state: value(request.state),
        }
    }
}

impl From<wire::read_data_source::Request> for ReadDataSource {
    fn from(request: wire::read_data_source::Request) -> Self {
        Self {
            type_name: request.type_name,
            config: value(request.config),
            client: client(request.client_capabilities),
        }
    }
}

impl From<wire::open_ephemeral_resource::Request> for OpenEphemeralResource {
    fn from(request: wire::open_ephemeral_resource::Request) -> Self {
        Self {
            type_name: request.type_name,
            config: value(request.config),
            client: client(request.client_capabilities),
        }
    }
}

impl From<wire::renew_ephemeral_resource::Request> for HeldEphemeralResource {
    fn from(request: wire::renew_ephemeral_resource::Request) -> Self {
        Self {
            type_name: request.type_name,
            private: request.private,
        }
    }
}

impl From<wire::close_ephemeral_resource::Request> for HeldEphemeralResource {
    fn from(request: wire::close_ephemeral_resource::Request) -> Self {
        Self {
            type_name: request.type_name,
            private: request.private,
        }
    }
}

impl From<wire::call_function::Request> for CallFunction {
    fn from(request: wire::call_function::Request) -> Self {
        let arguments = request.arguments.into_iter().map(Into::into);
        Self {
            name: request.name,
            arguments: arguments.collect(),
        }
    }
}

impl From<wire::list_resource::Request> for ListResource {
    fn from(request: wire::list_resource::Request) -> Self {
        Self {
            type_name: request.type_name,
            config: value(request.config),
            include_resource_object: request.include_resource_object,
            limit: request.limit,
        }
    }
}

impl From<wire::plan_action::Request> for ActionRequest {
    fn from(request: wire::plan_action::Request) -> Self {
        Self {
            type_name: request.action_type,
            config: value(request.config),
            client: client(request.client_capabilities),
        }
    }
}

impl From<wire::invoke_action::Request> for ActionRequest {
    fn from(request: wire::invoke_action::Request) -> Self {
        Self {
            type_name: request.action_type,
            config: value(request.config),
            client: client(request.client_capabilities),
        }
    }
}
