//! Schemas as they go over the wire.

use std::collections::BTreeMap;

use crate::Type;

/// The schema of a resource, data source, ephemeral resource, action or the provider itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Version of the state; raised when old states need an upgrade.
    pub version: i64,
    /// The attributes and blocks.
    pub block: Block,
}

/// Attributes and nested blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The attributes.
    pub attributes: Vec<Attribute>,
    /// The nested blocks.
    pub blocks: Vec<NestedBlock>,
    /// Markdown.
    pub description: String,
    /// Why it is deprecated, where it is.
    pub deprecated: Option<String>,
}

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Name in the configuration.
    pub name: String,
    /// Its type.
    pub ty: AttributeType,
    /// Markdown.
    pub description: String,
    /// The configuration must set it.
    pub required: bool,
    /// The configuration may set it.
    pub optional: bool,
    /// The provider may set it.
    pub computed: bool,
    /// Terraform hides it in its output.
    pub sensitive: bool,
    /// Passed to the provider, never kept in plan or state.
    pub write_only: bool,
    /// Why it is deprecated, where it is.
    pub deprecated: Option<String>,
}

/// What an attribute holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeType {
    /// A value of a type.
    Plain(Type),
    /// Objects whose attributes have schemas of their own.
    Nested(Nesting, Vec<Attribute>),
}

/// How nested objects are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// In order.
    List,
    /// Each once, without order.
    Set,
    /// By name.
    Map,
}

/// A nested block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NestedBlock {
    /// Name in the configuration.
    pub name: String,
    /// What is in it.
    pub block: Block,
    /// How several of them are held.
    pub nesting: Nesting,
    /// Least number of blocks.
    pub min_items: i64,
    /// Greatest number of blocks; 0 is no limit.
    pub max_items: i64,
}

/// The schema of a resource's identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentitySchema {
    /// Version of the identity; raised when old ones need an upgrade.
    pub version: i64,
    /// Primitives and lists of them.
    pub attributes: Vec<IdentityAttribute>,
}

/// One attribute of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Required to import, otherwise optional.
    pub required: bool,
    /// Plain text.
    pub description: String,
}

/// The signature of a provider function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionSchema {
    /// The parameters, in order.
    pub parameters: Vec<Parameter>,
    /// A last parameter that may be given any number of times.
    pub variadic: Option<Parameter>,
    /// Type of the result.
    pub returns: Type,
    /// One line.
    pub summary: String,
    /// Markdown.
    pub description: String,
    /// Why it is deprecated, where it is.
    pub deprecated: Option<String>,
}

/// A parameter of a provider function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// The function is called with null, too.
    pub allow_null: bool,
    /// The function is called with unknown values, too.
    pub allow_unknown: bool,
    /// Markdown.
    pub description: String,
}

/// Everything a provider offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderSchema {
    /// The provider block.
    pub provider: Schema,
    /// By full type name.
    pub resources: BTreeMap<String, Schema>,
    /// By full type name.
    pub data_sources: BTreeMap<String, Schema>,
    /// By full type name.
    pub ephemeral_resources: BTreeMap<String, Schema>,
    /// By the full type name of the managed resource that is listed.
    pub list_resources: BTreeMap<String, Schema>,
    /// By full type name.
    pub actions: BTreeMap<String, Schema>,
    /// By name, without prefix.
    pub functions: BTreeMap<String, FunctionSchema>,
    /// By full type name of a resource.
    pub identities: BTreeMap<String, IdentitySchema>,
    /// What the server can do beyond the minimum.
    pub capabilities: ServerCapabilities,
}

/// What a provider can do beyond the minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerCapabilities {
    /// `PlanResourceChange` is also called before a resource is destroyed.
    pub plan_destroy: bool,
    /// The schema need not be asked for by every process.
    pub schema_optional: bool,
    /// `MoveResourceState` is implemented.
    pub move_state: bool,
    /// `GenerateResourceConfig` is implemented.
    pub generate_config: bool,
}

impl Default for ServerCapabilities {
    fn default() -> Self {
        Self {
            plan_destroy: true,
            schema_optional: true,
            move_state: false,
            generate_config: false,
        }
    }
}

impl Attribute {
    /// An attribute that the configuration must set.
    pub fn required(name: impl Into<String>, ty: Type) -> Self {
        Self {
            required: true,
            ..Self::new(name.into(), ty)
        }
    }

    /// An attribute that the configuration may set.
    pub fn optional(name: impl Into<String>, ty: Type) -> Self {
        Self {
            optional: true,
            ..Self::new(name.into(), ty)
        }
    }

    /// An attribute that only the provider sets.
    pub fn computed(name: impl Into<String>, ty: Type) -> Self {
        Self {
            computed: true,
            ..Self::new(name.into(), ty)
        }
    }

    /// The same with this description, in Markdown.
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    fn new(name: String, ty: Type) -> Self {
        Self {
            name,
            ty: AttributeType::Plain(ty),
            description: String::new(),
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            deprecated: None,
        }
    }
}

impl AttributeType {
    /// The type of the values of an attribute of this type.
    pub fn to_type(&self) -> Type {
        match self {
            Self::Plain(ty) => ty.clone(),
            Self::Nested(nesting, attributes) => {
                let object =
                    Type::object(attributes.iter().map(|a| (a.name.as_str(), a.ty.to_type())));
                nesting.wrap(object)
            }
        }
    }
}

impl Nesting {
    /// The type of a collection of `object` nested in this way.
    pub fn wrap(self, object: Type) -> Type {
        match self {
            Self::Single => object,
            Self::List => Type::list(object),
            Self::Set => Type::set(object),
            Self::Map => Type::map(object),
        }
    }
}

impl Block {
    /// The type of the values of this block.
    pub fn to_type(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|a| (a.name.as_str(), a.ty.to_type()));
        let blocks = self
            .blocks
            .iter()
            .map(|b| (b.name.as_str(), b.nesting.wrap(b.block.to_type())));
        Type::object(attributes.chain(blocks))
    }
}

impl IdentitySchema {
    /// The type of the identities of this schema.
    pub fn to_type(&self) -> Type {
        Type::object(
            self.attributes
                .iter()
                .map(|a| (a.name.as_str(), a.ty.clone())),
        )
    }
}
