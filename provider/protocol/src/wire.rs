//! The protocol's messages and stubs as generated from `proto/`, for clients in tests.
//!
//! Messages lie in modules named after the RPC: `wire::tfplugin6::read_resource::Request`.

use crate::DynamicValue;

/// The provider's service and messages.
pub mod tfplugin6 {
    #![allow(
        missing_docs,
        unreachable_pub,
        dead_code,
        clippy::all,
        clippy::pedantic,
        clippy::allow_attributes_without_reason,
        reason = "generated"
    )]
    tonic::include_proto!("tfplugin6");
}

/// What go-plugin serves beside the provider.
pub mod plugin {
    #![allow(
        missing_docs,
        unreachable_pub,
        dead_code,
        clippy::all,
        clippy::pedantic,
        clippy::allow_attributes_without_reason,
        reason = "generated"
    )]
    tonic::include_proto!("plugin");
}

/// gRPC's health check.
pub mod health {
    #![allow(
        missing_docs,
        unreachable_pub,
        dead_code,
        clippy::all,
        clippy::pedantic,
        clippy::allow_attributes_without_reason,
        reason = "generated"
    )]
    tonic::include_proto!("grpc.health.v1");
}

impl From<tfplugin6::DynamicValue> for DynamicValue {
    fn from(value: tfplugin6::DynamicValue) -> Self {
        Self {
            msgpack: value.msgpack,
            json: value.json,
        }
    }
}

impl From<DynamicValue> for tfplugin6::DynamicValue {
    fn from(value: DynamicValue) -> Self {
        Self {
            msgpack: value.msgpack,
            json: value.json,
        }
    }
}
