//! Schemas as the framework knows them: the wire's, and what the plan rules need besides.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use plinth_protocol as wire;
use plinth_protocol::{Nesting, Type, Value};

use crate::DecodeError;

/// Brings a value into the one form that all values of the same meaning share.
pub type Canonical = Arc<dyn Fn(&Value) -> Value + Send + Sync>;

/// Checks a known value; the text says what is wrong with it.
pub type Check = Arc<dyn Fn(&Value) -> Result<(), DecodeError> + Send + Sync>;

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The configuration, always.
    Required,
    /// The configuration, if it wants.
    Optional,
    /// The provider.
    Computed,
    /// The configuration if it wants, else the provider.
    OptionalComputed,
}

/// The attributes of a model and the rules between them.
#[derive(Clone, Debug, Default)]
pub struct ObjectSchema {
    /// Markdown; the first line is the summary.
    pub doc: Cow<'static, str>,
    /// In the order of declaration.
    pub attributes: Vec<Attribute>,
    /// Rules between attributes.
    pub rules: Vec<Rule>,
}

/// One attribute.
#[derive(Clone)]
pub struct Attribute {
    /// Name in the configuration.
    pub name: Cow<'static, str>,
    /// Markdown.
    pub doc: Cow<'static, str>,
    /// What it holds.
    pub ty: AttributeType,
    /// Who sets it.
    pub presence: Presence,
    /// Planned where the configuration has nothing.
    pub default: Option<Value>,
    /// Terraform hides it.
    pub sensitive: bool,
    /// In the configuration only, never in plan or state.
    pub write_only: bool,
    /// A change of it needs a new object.
    pub replace: bool,
    /// Computed anew by every change of the object.
    pub volatile: bool,
    /// Part of a function's variadic tail.
    pub variadic: bool,
    /// Its type expresses unknown values of the configuration, so a function may be given
    /// one.
    pub takes_unknown: bool,
    /// Why it is deprecated.
    pub deprecated: Option<Cow<'static, str>>,
    /// Values with the same canonical form mean the same; the user's spelling is kept.
    pub canonical: Option<Canonical>,
    /// Checks of known values at validate and plan.
    pub checks: Vec<Check>,
}

/// What an attribute holds.
#[derive(Clone, Debug)]
pub enum AttributeType {
    /// A value of a type.
    Plain(Type),
    /// Objects of another model.
    Nested(Nesting, Arc<ObjectSchema>),
}

/// A rule between attributes of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// One of them is set, and only one.
    ExactlyOneOf(Vec<&'static str>),
    /// At most one of them is set.
    AtMostOneOf(Vec<&'static str>),
    /// At least one of them is set.
    AtLeastOneOf(Vec<&'static str>),
    /// The version twin of this write-only attribute is set only together with it.
    VersionTwin(&'static str),
    /// If the first is set, so are the others.
    Requires(Vec<&'static str>),
}

impl ObjectSchema {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }

    /// The type of the objects.
    pub fn to_type(&self) -> Type {
        Type::object(
            self.attributes
                .iter()
                .map(|a| (a.name.as_ref(), a.ty.to_type())),
        )
    }

    /// The schema as it goes over the wire.
    pub fn to_wire(&self, version: i64) -> wire::Schema {
        wire::Schema {
            version,
            block: wire::Block {
                attributes: self.attributes.iter().map(Attribute::to_wire).collect(),
                description: self.doc.to_string(),
                ..wire::Block::default()
            },
        }
    }
}

impl Attribute {
    /// An attribute of this name and type, with nothing special about it.
    pub fn new(name: impl Into<Cow<'static, str>>, ty: AttributeType, presence: Presence) -> Self {
        Self {
            name: name.into(),
            doc: Cow::Borrowed(""),
            ty,
            presence,
            default: None,
            sensitive: false,
            write_only: false,
            replace: false,
            volatile: false,
            variadic: false,
            takes_unknown: false,
            deprecated: None,
            canonical: None,
            checks: Vec::new(),
        }
    }

    /// Whether the provider may set it where the configuration does not.
    pub fn is_computed(&self) -> bool {
        self.default.is_some()
            || matches!(
                self.presence,
                Presence::Computed | Presence::OptionalComputed
            )
    }

    /// Whether the configuration may set it.
    pub fn is_configurable(&self) -> bool {
        self.presence != Presence::Computed
    }

    /// The documentation, with the default where a page can show it.
    fn description(&self) -> String {
        let default = match &self.default {
            Some(Value::String(text)) => format!("\"{text}\""),
            Some(Value::Bool(truth)) => truth.to_string(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return self.doc.to_string(),
        };
        format!("{} Default: `{default}`.", self.doc)
    }

    fn to_wire(&self) -> wire::Attribute {
        let optional = self.default.is_some()
            || matches!(
                self.presence,
                Presence::Optional | Presence::OptionalComputed
            );
        wire::Attribute {
            name: self.name.to_string(),
            ty: self.ty.to_wire(),
            description: self.description(),
            required: self.presence == Presence::Required && self.default.is_none(),
            optional,
            computed: self.is_computed(),
            sensitive: self.sensitive,
            write_only: self.write_only,
            deprecated: self.deprecated.as_ref().map(ToString::to_string),
        }
    }
}

impl AttributeType {
    /// The type of its values.
    pub fn to_type(&self) -> Type {
        match self {
            Self::Plain(ty) => ty.clone(),
            Self::Nested(nesting, object) => nesting.wrap(object.to_type()),
        }
    }

    /// Several of these, held in this way.
    ///
    /// Terraform knows nested attributes one level deep; a list of lists of objects loses
    /// the documentation of its attributes.
    pub(crate) fn held(self, nesting: Nesting) -> Self {
        match self {
            Self::Nested(Nesting::Single, object) => Self::Nested(nesting, object),
            other => Self::Plain(nesting.wrap(other.to_type())),
        }
    }

    fn to_wire(&self) -> wire::AttributeType {
        match self {
            Self::Plain(ty) => wire::AttributeType::Plain(ty.clone()),
            Self::Nested(nesting, object) => wire::AttributeType::Nested(
                *nesting,
                object.attributes.iter().map(Attribute::to_wire).collect(),
            ),
        }
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute")
            .field("name", &self.name)
            .field("ty", &self.ty)
            .field("presence", &self.presence)
            .field("default", &self.default)
            .field("sensitive", &self.sensitive)
            .field("write_only", &self.write_only)
            .field("replace", &self.replace)
            .field("volatile", &self.volatile)
            .finish_non_exhaustive()
    }
}
