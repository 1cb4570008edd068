//! Messages to and from the wire, seen from the client.

use std::time::{Duration, SystemTime};

use plinth_protocol::wire::tfplugin6 as tf;
use plinth_protocol::{
    ClientCapabilities, Deferred, Diagnostic, DynamicValue, Path, RawState, Severity, Step,
};

/// A value that was left out is null.
pub(super) fn value(wire: Option<tf::DynamicValue>) -> DynamicValue {
    wire.map(DynamicValue::from).unwrap_or_default()
}

pub(super) fn identity(wire: Option<tf::ResourceIdentityData>) -> Option<DynamicValue> {
    wire.and_then(|identity| identity.identity_data)
        .map(DynamicValue::from)
}

pub(super) fn identity_data(identity: Option<DynamicValue>) -> Option<tf::ResourceIdentityData> {
    let identity_data = Some(identity?.into());
    Some(tf::ResourceIdentityData { identity_data })
}

pub(super) fn raw_state(raw: RawState) -> tf::RawState {
    let flatmap = raw.is_flatmap.then(|| ("id".to_owned(), String::new()));
    tf::RawState {
        json: raw.json,
        flatmap: flatmap.into_iter().collect(),
    }
}

pub(super) fn capabilities(client: ClientCapabilities) -> tf::ClientCapabilities {
    tf::ClientCapabilities {
        deferral_allowed: client.deferral_allowed,
        write_only_attributes_allowed: client.write_only_attributes_allowed,
        ..tf::ClientCapabilities::default()
    }
}

/// A reason that is not known counts as the last one: it is a deferral all the same.
pub(super) fn deferred(wire: Option<tf::Deferred>) -> Option<Deferred> {
    use tf::deferred::Reason;
    Some(match wire?.reason() {
        Reason::ResourceConfigUnknown => Deferred::ResourceConfigUnknown,
        Reason::ProviderConfigUnknown => Deferred::ProviderConfigUnknown,
        Reason::AbsentPrereq | Reason::Unknown => Deferred::AbsentPrerequisite,
    })
}

pub(super) fn path(wire: tf::AttributePath) -> Path {
    use tf::attribute_path::step::Selector;
    let step = |step: tf::attribute_path::Step| {
        Some(match step.selector? {
            Selector::AttributeName(name) => Step::Attribute(name),
            Selector::ElementKeyString(key) => Step::Key(key),
            Selector::ElementKeyInt(index) => Step::Index(index),
        })
    };
    Path(wire.steps.into_iter().filter_map(step).collect())
}

pub(super) fn diagnostics(wire: Vec<tf::Diagnostic>) -> Vec<Diagnostic> {
    let convert = |wire: tf::Diagnostic| Diagnostic {
        severity: match wire.severity() {
            tf::diagnostic::Severity::Warning => Severity::Warning,
            tf::diagnostic::Severity::Error | tf::diagnostic::Severity::Invalid => Severity::Error,
        },
        summary: wire.summary,
        detail: wire.detail,
        attribute: wire.attribute.map(path).filter(|path| !path.is_root()),
    };
    wire.into_iter().map(convert).collect()
}

pub(super) fn time(wire: Option<prost_types::Timestamp>) -> Option<SystemTime> {
    let wire = wire?;
    let seconds = u64::try_from(wire.seconds).ok()?;
    let nanos = u32::try_from(wire.nanos).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanos))
}
