//! The Terraform plugin protocol, version 6, for providers written in Rust.
//!
//! A provider implements [`Provider`] and is served by `serve`; `examples/minimal.rs` is a
//! whole one. What comes over the wire is a [`DynamicValue`], which a [`Type`] turns into a
//! [`Value`] and back:
//!
//! ```
//! use plinth_protocol::{DynamicValue, Type, Value};
//!
//! let ty = Type::object([("name", Type::String), ("ports", Type::set(Type::Number))]);
//! let value = Value::map([("name", "web".into()), ("ports", Value::from(vec![80.into()]))]);
//! let sent = DynamicValue::encode(&value, &ty);
//! assert_eq!(sent.decode(&ty)?, value);
//! # Ok::<(), plinth_protocol::DecodeError>(())
//! ```
//!
//! The pure half (values, types, schemas, the trait) is always there. The feature `server`
//! (default) adds the go-plugin handshake and the gRPC services, `client` the generated
//! messages and stubs with which a test can call a provider.

mod codec;
mod diagnostic;
mod number;
mod path;
mod provider;
mod schema;
#[cfg(feature = "server")]
mod server;
mod types;
mod value;
#[cfg(all(feature = "server", not(feature = "client")))]
mod wire;
#[cfg(feature = "client")]
pub mod wire;

pub use async_trait::async_trait;
pub use codec::{DecodeCause, DecodeError, EncodeCause, EncodeError, MAX_DEPTH};
pub use diagnostic::{Diagnostic, Severity};
pub use number::Number;
pub use path::{Path, Step};
pub use provider::*;
pub use schema::*;
#[cfg(feature = "server")]
pub use server::{Options, serve, serve_debug};
pub use types::Type;
pub use value::{DynamicValue, Refinements, Value};
