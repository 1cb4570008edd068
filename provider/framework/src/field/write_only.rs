//! Values that only the configuration holds.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use plinth_protocol::Value;

use super::{Field, Meta};
use crate::schema::{Attribute, AttributeType, Presence, Rule};
use crate::{DecodeError, ObjectSchema};

/// A value of the configuration that neither plan nor state keeps, with its version twin.
///
/// A field `password: WriteOnly<Secret<String>>` is two attributes: `password`, write-only,
/// and `password_version`, an ordinary number whose change is how Terraform notices that
/// the value is to be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOnly<T> {
    /// The value; only there in `create` and `update`, and in a view of the configuration.
    pub value: Option<T>,
    /// Raised by the user to have the value sent again.
    pub version: Option<i64>,
}

impl<T> Default for WriteOnly<T> {
    fn default() -> Self {
        Self {
            value: None,
            version: None,
        }
    }
}

fn twin(name: &str) -> String {
    format!("{name}_version")
}

impl<T: Field> Field for WriteOnly<T> {
    type Inner = T::Inner;
    const PRESENCE: Presence = Presence::Optional;
    const SENSITIVE: bool = T::SENSITIVE;

    fn ty() -> AttributeType {
        T::ty()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        Ok(Self {
            value: Option::<T>::decode(value)?,
            version: None,
        })
    }

    fn encode(&self) -> Value {
        Value::Null
    }

    fn declare(meta: Meta, object: &mut ObjectSchema) {
        let name = meta.name;
        let replace = meta.replace;
        let version = Attribute {
            doc: Cow::Owned(format!(
                "Change this number to have `{name}` sent again: Terraform keeps no write-only \
                 value to compare with."
            )),
            replace,
            checks: vec![Arc::new(|value: &Value| {
                i64::decode(value.clone()).map(drop)
            })],
            ..Attribute::new(twin(name), i64::ty(), Presence::Optional)
        };
        let value = Attribute {
            write_only: true,
            replace: false,
            ..meta.into_attribute::<Self>()
        };
        object.attributes.push(value);
        object.attributes.push(version);
        object.rules.push(Rule::VersionTwin(name));
    }

    fn take(object: &mut BTreeMap<String, Value>, name: &str) -> Result<Self, DecodeError> {
        Ok(Self {
            value: <Option<T> as Field>::take(object, name)?,
            version: <Option<i64> as Field>::take(object, &twin(name))?,
        })
    }

    fn put(&self, object: &mut BTreeMap<String, Value>, name: &str) {
        object.insert(name.to_owned(), Value::Null);
        self.version.put(object, &twin(name));
    }
}
