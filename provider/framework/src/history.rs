//! States of older versions, and of other types.

use std::fmt;
use std::sync::Arc;

use plinth_protocol::{Type, Value};

use crate::model::Model;
use crate::{Diagnostics, Result};

type Convert<M> = Arc<dyn Fn(Value) -> Result<M> + Send + Sync>;

/// How a state of one older version becomes a state of the current one.
pub struct Upgrade<M> {
    pub(crate) from: i64,
    pub(crate) ty: Type,
    pub(crate) convert: Convert<M>,
}

/// How a state of another type becomes a state of this one.
pub struct Move<M> {
    pub(crate) provider: &'static str,
    pub(crate) type_name: &'static str,
    pub(crate) ty: Type,
    pub(crate) convert: Convert<M>,
}

impl<M: Model> Upgrade<M> {
    /// Version `from` was written by the schema of `Old`.
    pub fn new<Old: Model>(
        from: i64,
        convert: impl Fn(Old) -> Result<M> + Send + Sync + 'static,
    ) -> Self {
        Self {
            from,
            ty: Old::schema().to_type(),
            convert: decoding(convert),
        }
    }
}

impl<M: Model> Move<M> {
    /// From `type_name` of `provider`, of which `Old` holds the attributes that matter.
    ///
    /// `provider` is the namespace and name of a source address, such as `hashicorp/null`;
    /// the registry's host does not matter.
    pub fn new<Old: Model>(
        provider: &'static str,
        type_name: &'static str,
        convert: impl Fn(Old) -> Result<M> + Send + Sync + 'static,
    ) -> Self {
        Self {
            provider,
            type_name,
            ty: Old::schema().to_type(),
            convert: decoding(convert),
        }
    }

    pub(crate) fn fits(&self, provider_address: &str, type_name: &str) -> bool {
        let path = provider_address
            .split_once('/')
            .map_or(provider_address, |(_, path)| path);
        (path == self.provider || provider_address == self.provider) && type_name == self.type_name
    }
}

fn decoding<Old: Model, M>(
    convert: impl Fn(Old) -> Result<M> + Send + Sync + 'static,
) -> Convert<M> {
    Arc::new(move |value| {
        let old = Old::decode_object(value).map_err(Diagnostics::from)?;
        convert(old)
    })
}

impl<M> fmt::Debug for Upgrade<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl<M> fmt::Debug for Move<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Move")
            .field("provider", &self.provider)
            .field("type_name", &self.type_name)
            .finish_non_exhaustive()
    }
}
