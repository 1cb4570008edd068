//! The protocol's generated messages, to and from the types of the [`crate::Provider`] trait.

mod request;
mod response;
pub(super) mod schema;

use std::time::{SystemTime, UNIX_EPOCH};

use prost_types::Timestamp;

use crate::wire::tfplugin6 as wire;
use crate::{
    ClientCapabilities, Deferred, Diagnostic, DynamicValue, FunctionError, Path, RawState,
    ServerCapabilities, Severity, Step,
};

pub(super) fn diagnostics(diagnostics: Vec<Diagnostic>) -> Vec<wire::Diagnostic> {
    diagnostics.into_iter().map(Into::into).collect()
}

/// A value that was left out is null.
fn value(value: Option<wire::DynamicValue>) -> DynamicValue {
    value.map(Into::into).unwrap_or_default()
}

fn client(client: Option<wire::ClientCapabilities>) -> ClientCapabilities {
    client.map(Into::into).unwrap_or_default()
}

fn raw(raw: Option<wire::RawState>) -> RawState {
    raw.map(Into::into).unwrap_or_default()
}

fn identity(identity: Option<wire::ResourceIdentityData>) -> Option<DynamicValue> {
    identity
        .and_then(|identity| identity.identity_data)
        .map(Into::into)
}

fn identity_data(identity: Option<DynamicValue>) -> Option<wire::ResourceIdentityData> {
    identity.map(|data| wire::ResourceIdentityData {
        identity_data: Some(data.into()),
    })
}

fn deferred(deferred: Option<Deferred>) -> Option<wire::Deferred> {
    use wire::deferred::Reason;
    deferred.map(|deferred| {
        let reason = match deferred {
            Deferred::ResourceConfigUnknown => Reason::ResourceConfigUnknown,
            Deferred::ProviderConfigUnknown => Reason::ProviderConfigUnknown,
            Deferred::AbsentPrerequisite => Reason::AbsentPrereq,
        };
        wire::Deferred {
            reason: reason.into(),
        }
    })
}

fn timestamp(time: Option<SystemTime>) -> Option<Timestamp> {
    time.map(|time| {
        // A time before 1970 is long over, whichever it is.
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp {
            seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            nanos: i32::try_from(since.subsec_nanos()).unwrap_or_default(),
        }
    })
}

impl From<wire::ClientCapabilities> for ClientCapabilities {
    fn from(client: wire::ClientCapabilities) -> Self {
        Self {
            deferral_allowed: client.deferral_allowed,
            write_only_attributes_allowed: client.write_only_attributes_allowed,
        }
    }
}

impl From<wire::RawState> for RawState {
    fn from(raw: wire::RawState) -> Self {
        Self {
            is_flatmap: raw.json.is_empty() && !raw.flatmap.is_empty(),
            json: raw.json,
        }
    }
}

impl From<ServerCapabilities> for wire::ServerCapabilities {
    fn from(server: ServerCapabilities) -> Self {
        Self {
            plan_destroy: server.plan_destroy,
            get_provider_schema_optional: server.schema_optional,
            move_resource_state: server.move_state,
            generate_resource_config: server.generate_config,
        }
    }
}

impl From<Diagnostic> for wire::Diagnostic {
    fn from(diagnostic: Diagnostic) -> Self {
        use wire::diagnostic::Severity as Wire;
        let severity = match diagnostic.severity {
            Severity::Error => Wire::Error,
            Severity::Warning => Wire::Warning,
        };
        Self {
            severity: severity.into(),
            summary: diagnostic.summary,
            detail: diagnostic.detail,
            attribute: diagnostic
                .attribute
                .filter(|path| !path.is_root())
                .map(Into::into),
        }
    }
}

impl From<Path> for wire::AttributePath {
    fn from(path: Path) -> Self {
        use wire::attribute_path::step::Selector;
        let steps = path.0.into_iter().map(|step| {
            let selector = match step {
                Step::Attribute(name) => Selector::AttributeName(name),
                Step::Key(key) => Selector::ElementKeyString(key),
                Step::Index(index) => Selector::ElementKeyInt(index),
            };
            wire::attribute_path::Step {
                selector: Some(selector),
            }
        });
        Self {
            steps: steps.collect(),
        }
    }
}

impl From<FunctionError> for wire::FunctionError {
    fn from(error: FunctionError) -> Self {
        Self {
            text: error.text,
            function_argument: error.argument,
        }
    }
}

#[cfg(test)]
mod tests;
