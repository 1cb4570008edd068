//! How Rust types stand for attributes.

mod collections;
mod presence;
mod scalars;
mod secret;
mod write_only;

use std::borrow::{Borrow, Cow};
use std::collections::BTreeMap;
use std::sync::Arc;

use plinth_protocol::Value;

use crate::schema::{Attribute, AttributeType, Canonical, Check, Presence};
use crate::{DecodeError, ObjectSchema};

pub use collections::Set;
pub use presence::{Computed, Maybe};
pub use scalars::Dynamic;
pub use secret::Secret;
pub use write_only::WriteOnly;

/// A Rust type that stands for an attribute.
///
/// The type says the attribute's class: a plain type is required, `Option` optional,
/// [`Computed`] set by the provider, [`Secret`] hidden, [`WriteOnly`] kept out of plan and
/// state.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an attribute of a Terraform schema",
    label = "no attribute type for this",
    note = "use String, bool, i64, u16, u32, f64, Number, Dynamic, Vec, BTreeMap<String, _>, Set, \
            Option, Computed, Secret, WriteOnly or Maybe, a struct with #[derive(Model)] or an \
            enum with #[derive(Choice)]"
)]
pub trait Field: Sized + Send + Sync + 'static {
    /// The value without its class: `String` for `Option<String>`.
    type Inner: Field;

    /// Who sets it.
    const PRESENCE: Presence = Presence::Required;

    /// Whether Terraform hides it.
    const SENSITIVE: bool = false;

    /// What it holds.
    fn ty() -> AttributeType;

    /// From a value of that type.
    fn decode(value: Value) -> Result<Self, DecodeError>;

    /// To a value of that type.
    fn encode(&self) -> Value;

    /// The form that all values of one meaning share, for types with several spellings.
    fn canonical() -> Option<Canonical> {
        None
    }

    /// Adds its attribute, or attributes, to a schema.
    fn declare(meta: Meta, object: &mut ObjectSchema) {
        object.attributes.push(meta.into_attribute::<Self>());
    }

    /// Takes it out of an object's attributes.
    fn take(object: &mut BTreeMap<String, Value>, name: &str) -> Result<Self, DecodeError> {
        let value = object.remove(name).unwrap_or(Value::Null);
        Self::decode(value).map_err(|error| error.in_attribute(name))
    }

    /// Puts it among an object's attributes.
    fn put(&self, object: &mut BTreeMap<String, Value>, name: &str) {
        object.insert(name.to_owned(), self.encode());
    }
}

/// What a declaration says of an attribute besides its type.
#[derive(Clone, Default)]
pub struct Meta {
    /// Its name.
    pub name: &'static str,
    /// Markdown.
    pub doc: &'static str,
    /// Planned where the configuration has nothing.
    pub default: Option<Value>,
    /// A change of it needs a new object.
    pub replace: bool,
    /// Computed anew by every change.
    pub volatile: bool,
    /// The configuration may set it, too.
    pub optional: bool,
    /// The configuration must set it.
    pub required: bool,
    /// A function takes any number of these.
    pub variadic: bool,
    /// Why it is deprecated.
    pub deprecated: Option<&'static str>,
    /// Checks beyond those of the type.
    pub checks: Vec<Check>,
}

impl Meta {
    /// The attribute of type `F`.
    pub fn into_attribute<F: Field>(self) -> Attribute {
        let ty = F::ty();
        let mut checks = self.checks;
        if matches!(ty, AttributeType::Plain(_)) {
            checks.insert(
                0,
                Arc::new(|value: &Value| F::Inner::decode(value.clone()).map(drop)),
            );
        }
        let presence = match F::PRESENCE {
            Presence::Computed if self.optional => Presence::OptionalComputed,
            Presence::Optional if self.required => Presence::Required,
            presence => presence,
        };
        Attribute {
            doc: Cow::Borrowed(self.doc),
            default: self.default,
            sensitive: F::SENSITIVE,
            replace: self.replace,
            volatile: self.volatile,
            variadic: self.variadic,
            takes_unknown: F::decode(Value::UNKNOWN).is_ok(),
            deprecated: self.deprecated.map(Cow::Borrowed),
            canonical: F::canonical(),
            checks,
            ..Attribute::new(self.name, ty, presence)
        }
    }
}

/// A check of `#[tf(check = …)]` for a field of type `F`; it may take a borrowed form of the
/// value, such as `&str`.
pub fn check<F: Field, Q: ?Sized>(
    check: impl Fn(&Q) -> Result<(), String> + Send + Sync + 'static,
) -> Check
where
    F::Inner: Borrow<Q>,
{
    Arc::new(move |value| {
        let inner = F::Inner::decode(value.clone())?;
        check(inner.borrow()).map_err(DecodeError::new)
    })
}
