//! Structs that are schema, state and configuration at once.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use plinth_protocol::{Path, Value};

use crate::{DecodeError, Field, ObjectSchema};

/// A struct each field of which is an attribute; implemented by `#[derive(Model)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    note = "write #[derive(Model)] on the struct and a doc comment on each field"
)]
pub trait Model: Sized + Send + Sync + 'static {
    /// The attributes.
    fn schema() -> ObjectSchema;

    /// From an object's attributes.
    fn from_object(object: BTreeMap<String, Value>) -> Result<Self, DecodeError>;

    /// To an object's attributes.
    fn to_object(&self) -> BTreeMap<String, Value>;

    /// From an object.
    fn decode_object(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Map(object) => Self::from_object(object),
            Value::Null => Err(DecodeError::new("is missing")),
            Value::Unknown(_) => Err(DecodeError::new("is not known yet")),
            _ => Err(DecodeError::new("must be an object")),
        }
    }
}

/// For what has no attributes: no identity, no provider block.
impl Model for () {
    fn schema() -> ObjectSchema {
        ObjectSchema::default()
    }

    fn from_object(_object: BTreeMap<String, Value>) -> Result<Self, DecodeError> {
        Ok(())
    }

    fn to_object(&self) -> BTreeMap<String, Value> {
        BTreeMap::new()
    }
}

/// The name of an attribute of `M` whose field has type `F`; `M::AT` holds them all.
pub struct Attr<M, F> {
    name: &'static str,
    of: PhantomData<fn() -> (M, F)>,
}

impl<M, F> Attr<M, F> {
    /// Only for derived code: the field `name` of `M`.
    #[doc(hidden)]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            of: PhantomData,
        }
    }

    /// The attribute's name.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The attribute's path, from the root of the resource.
    pub fn path(self) -> Path {
        Path::from(self.name)
    }
}

impl<M, F> Clone for Attr<M, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, F> Copy for Attr<M, F> {}

impl<M, F> fmt::Debug for Attr<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl<M, F> From<Attr<M, F>> for Path {
    fn from(attr: Attr<M, F>) -> Self {
        attr.path()
    }
}

/// Adds a field to a schema; only for derived code.
#[doc(hidden)]
pub fn declare<F: Field>(meta: crate::field::Meta, object: &mut ObjectSchema) {
    F::declare(meta, object);
}

/// Takes a field that has a default: states of an older provider may lack it.
#[doc(hidden)]
pub fn take_or<F: Field>(
    object: &mut BTreeMap<String, Value>,
    name: &str,
    default: impl FnOnce() -> F,
) -> Result<F, DecodeError> {
    match object.get(name) {
        None | Some(Value::Null) => {
            object.remove(name);
            Ok(default())
        }
        Some(_) => F::take(object, name),
    }
}
