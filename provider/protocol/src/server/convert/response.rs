//! Responses.

use super::{deferred, diagnostics, identity_data, timestamp};
use crate::wire::tfplugin6 as wire;
use crate::{
    ActionEvent, ApplyResourceChangeResponse, DynamicValue, FunctionError,
    GenerateResourceConfigResponse, ImportResourceStateResponse, Imported, ListEvent,
    MoveResourceStateResponse, OpenEphemeralResourceResponse, PlanActionResponse,
    PlanResourceChangeResponse, ReadDataSourceResponse, ReadResourceResponse,
    RenewEphemeralResourceResponse, Upgraded,
};

impl From<Upgraded> for wire::upgrade_resource_state::Response {
    fn from(response: Upgraded) -> Self {
        Self {
            upgraded_state: Some(response.value.into()),
            diagnostics: diagnostics(response.diagnostics),
        }
    }
}

impl From<Upgraded> for wire::upgrade_resource_identity::Response {
    fn from(response: Upgraded) -> Self {
        Self {
            upgraded_identity: identity_data(Some(response.value)),
            diagnostics: diagnostics(response.diagnostics),
        }
    }
}

impl From<ReadResourceResponse> for wire::read_resource::Response {
    fn from(response: ReadResourceResponse) -> Self {
        Self {
            new_state: Some(response.new_state.into()),
            diagnostics: diagnostics(response.diagnostics),
            private: response.private,
            deferred: deferred(response.deferred),
            new_identity: identity_data(response.new_identity),
        }
    }
}

impl From<PlanResourceChangeResponse> for wire::plan_resource_change::Response {
    fn from(response: PlanResourceChangeResponse) -> Self {
        Self {
            planned_state: Some(response.planned_state.into()),
            requires_replace: response
                .requires_replace
                .into_iter()
                .map(Into::into)
                .collect(),
            planned_private: response.planned_private,
            diagnostics: diagnostics(response.diagnostics),
            // It would turn Terraform's checks into lines of its log.
            legacy_type_system: false,
            deferred: deferred(response.deferred),
            planned_identity: identity_data(response.planned_identity),
        }
    }
}

impl From<ApplyResourceChangeResponse> for wire::apply_resource_change::Response {
    fn from(response: ApplyResourceChangeResponse) -> Self {
        Self {
            new_state: Some(response.new_state.into()),
            private: response.private,
            diagnostics: diagnostics(response.diagnostics),
            legacy_type_system: false,
            new_identity: identity_data(response.new_identity),
        }
    }
}

impl From<ImportResourceStateResponse> for wire::import_resource_state::Response {
    fn from(response: ImportResourceStateResponse) -> Self {
        Self {
            imported_resources: response.imported.into_iter().map(Into::into).collect(),
            diagnostics: diagnostics(response.diagnostics),
            deferred: deferred(response.deferred),
        }
    }
}

impl From<Imported> for wire::import_resource_state::ImportedResource {
    fn from(imported: Imported) -> Self {
        Self {
            type_name: imported.type_name,
            state: Some(imported.state.into()),
            private: imported.private,
            identity: identity_data(imported.identity),
        }
    }
}

impl From<MoveResourceStateResponse> for wire::move_resource_state::Response {
    fn from(response: MoveResourceStateResponse) -> Self {
        Self {
            target_state: Some(response.target_state.into()),
            diagnostics: diagnostics(response.diagnostics),
            target_private: response.target_private,
            target_identity: identity_data(response.target_identity),
        }
    }
}

impl From<GenerateResourceConfigResponse> for wire::generate_resource_config::Response {
    fn from(response: GenerateResourceConfigResponse) -> Self {
        Self {
            config: Some(response.config.into()),
            diagnostics: diagnostics(response.diagnostics),
        }
    }
}

impl From<ReadDataSourceResponse> for wire::read_data_source::Response {
    fn from(response: ReadDataSourceResponse) -> Self {
        Self {
            state: Some(response.state.into()),
            diagnostics: diagnostics(response.diagnostics),
            deferred: deferred(response.deferred),
        }
    }
}

impl From<OpenEphemeralResourceResponse> for wire::open_ephemeral_resource::Response {
    fn from(response: OpenEphemeralResourceResponse) -> Self {
        Self {
            diagnostics: diagnostics(response.diagnostics),
            renew_at: timestamp(response.renew_at),
            result: Some(response.result.into()),
            private: response.private,
            deferred: deferred(response.deferred),
        }
    }
}

impl From<RenewEphemeralResourceResponse> for wire::renew_ephemeral_resource::Response {
    fn from(response: RenewEphemeralResourceResponse) -> Self {
        Self {
            diagnostics: diagnostics(response.diagnostics),
            renew_at: timestamp(response.renew_at),
            private: response.private,
        }
    }
}

impl From<Result<DynamicValue, FunctionError>> for wire::call_function::Response {
    fn from(result: Result<DynamicValue, FunctionError>) -> Self {
        match result {
            Ok(value) => Self {
                result: Some(value.into()),
                error: None,
            },
            Err(error) => Self {
                result: None,
                error: Some(error.into()),
            },
        }
    }
}

impl From<ListEvent> for wire::list_resource::Event {
    fn from(event: ListEvent) -> Self {
        Self {
            identity: identity_data(event.identity),
            display_name: event.display_name,
            resource_object: event.resource_object.map(Into::into),
            diagnostic: diagnostics(event.diagnostics),
        }
    }
}

impl From<PlanActionResponse> for wire::plan_action::Response {
    fn from(response: PlanActionResponse) -> Self {
        Self {
            diagnostics: diagnostics(response.diagnostics),
            deferred: deferred(response.deferred),
        }
    }
}

impl From<ActionEvent> for wire::invoke_action::Event {
    fn from(event: ActionEvent) -> Self {
        use wire::invoke_action::event::{Completed, Progress, Type};
        let event = match event {
            ActionEvent::Progress(message) => Type::Progress(Progress { message }),
            ActionEvent::Completed(told) => Type::Completed(Completed {
                diagnostics: diagnostics(told),
            }),
        };
        Self {
            r#type: Some(event),
        }
    }
}
