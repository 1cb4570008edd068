//! Schemas.

use crate::wire::tfplugin6 as wire;
use crate::{
    Attribute, AttributeType, Block, FunctionSchema, IdentitySchema, NestedBlock, Nesting,
    Parameter, ProviderSchema, Schema,
};

const MARKDOWN: i32 = wire::StringKind::Markdown as i32;

/// What is answered about schemas, converted once.
pub(in crate::server) struct Answers {
    pub(in crate::server) schema: wire::get_provider_schema::Response,
    pub(in crate::server) metadata: wire::get_metadata::Response,
    pub(in crate::server) identities: wire::get_resource_identity_schemas::Response,
}

impl From<ProviderSchema> for Answers {
    fn from(schema: ProviderSchema) -> Self {
        Self {
            metadata: metadata(&schema),
            identities: wire::get_resource_identity_schemas::Response {
                identity_schemas: all(schema.identities),
                diagnostics: Vec::new(),
            },
            schema: wire::get_provider_schema::Response {
                provider: Some(schema.provider.into()),
                resource_schemas: all(schema.resources),
                data_source_schemas: all(schema.data_sources),
                ephemeral_resource_schemas: all(schema.ephemeral_resources),
                list_resource_schemas: all(schema.list_resources),
                action_schemas: all(schema.actions),
                functions: all(schema.functions),
                server_capabilities: Some(schema.capabilities.into()),
                ..Default::default()
            },
        }
    }
}

fn all<K, S, W, M>(schemas: impl IntoIterator<Item = (K, S)>) -> M
where
    W: From<S>,
    M: FromIterator<(K, W)>,
{
    schemas
        .into_iter()
        .map(|(name, schema)| (name, schema.into()))
        .collect()
}

fn metadata(schema: &ProviderSchema) -> wire::get_metadata::Response {
    use wire::get_metadata::{
        ActionMetadata, DataSourceMetadata, EphemeralResourceMetadata, FunctionMetadata,
        ListResourceMetadata, ResourceMetadata,
    };
    fn names<S, M>(schemas: &std::collections::BTreeMap<String, S>, of: fn(String) -> M) -> Vec<M> {
        schemas.keys().cloned().map(of).collect()
    }
    wire::get_metadata::Response {
        server_capabilities: Some(schema.capabilities.into()),
        resources: names(&schema.resources, |type_name| ResourceMetadata {
            type_name,
        }),
        data_sources: names(&schema.data_sources, |type_name| DataSourceMetadata {
            type_name,
        }),
        ephemeral_resources: names(&schema.ephemeral_resources, |type_name| {
            EphemeralResourceMetadata { type_name }
        }),
        list_resources: names(&schema.list_resources, |type_name| ListResourceMetadata {
            type_name,
        }),
        actions: names(&schema.actions, |type_name| ActionMetadata { type_name }),
        functions: names(&schema.functions, |name| FunctionMetadata { name }),
        ..Default::default()
    }
}

impl From<Schema> for wire::Schema {
    fn from(schema: Schema) -> Self {
        let mut block = wire::schema::Block::from(schema.block);
        block.version = schema.version;
        Self {
            version: schema.version,
            block: Some(block),
        }
    }
}

impl From<Schema> for wire::ActionSchema {
    fn from(schema: Schema) -> Self {
        Self {
            schema: Some(schema.into()),
        }
    }
}

impl From<Block> for wire::schema::Block {
    fn from(block: Block) -> Self {
        Self {
            attributes: block.attributes.into_iter().map(Into::into).collect(),
            block_types: block.blocks.into_iter().map(Into::into).collect(),
            description: block.description,
            description_kind: MARKDOWN,
            deprecated: block.deprecated.is_some(),
            deprecation_message: block.deprecated.unwrap_or_default(),
            ..Default::default()
        }
    }
}

impl From<NestedBlock> for wire::schema::NestedBlock {
    fn from(nested: NestedBlock) -> Self {
        use wire::schema::nested_block::NestingMode;
        let nesting = match nested.nesting {
            Nesting::Single => NestingMode::Single,
            Nesting::List => NestingMode::List,
            Nesting::Set => NestingMode::Set,
            Nesting::Map => NestingMode::Map,
        };
        Self {
            type_name: nested.name,
            block: Some(nested.block.into()),
            nesting: nesting.into(),
            min_items: nested.min_items,
            max_items: nested.max_items,
        }
    }
}

impl From<Attribute> for wire::schema::Attribute {
    fn from(attribute: Attribute) -> Self {
        // Either the type or the nested type is set, never both.
        let (ty, nested_type) = match attribute.ty {
            AttributeType::Plain(ty) => (ty.to_json(), None),
            AttributeType::Nested(nesting, attributes) => {
                (Vec::new(), Some(object(nesting, attributes)))
            }
        };
        Self {
            name: attribute.name,
            r#type: ty,
            nested_type,
            description: attribute.description,
            description_kind: MARKDOWN,
            required: attribute.required,
            optional: attribute.optional,
            computed: attribute.computed,
            sensitive: attribute.sensitive,
            write_only: attribute.write_only,
            deprecated: attribute.deprecated.is_some(),
            deprecation_message: attribute.deprecated.unwrap_or_default(),
        }
    }
}

fn object(nesting: Nesting, attributes: Vec<Attribute>) -> wire::schema::Object {
    use wire::schema::object::NestingMode;
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    wire::schema::Object {
        attributes: attributes.into_iter().map(Into::into).collect(),
        nesting: nesting.into(),
        ..Default::default()
    }
}

impl From<IdentitySchema> for wire::ResourceIdentitySchema {
    fn from(schema: IdentitySchema) -> Self {
        let attributes = schema.attributes.into_iter().map(|attribute| {
            wire::resource_identity_schema::IdentityAttribute {
                name: attribute.name,
                r#type: attribute.ty.to_json(),
                required_for_import: attribute.required,
                optional_for_import: !attribute.required,
                description: attribute.description,
            }
        });
        Self {
            version: schema.version,
            identity_attributes: attributes.collect(),
        }
    }
}

impl From<FunctionSchema> for wire::Function {
    fn from(function: FunctionSchema) -> Self {
        Self {
            parameters: function.parameters.into_iter().map(Into::into).collect(),
            variadic_parameter: function.variadic.map(Into::into),
            r#return: Some(wire::function::Return {
                r#type: function.returns.to_json(),
            }),
            summary: function.summary,
            description: function.description,
            description_kind: MARKDOWN,
            deprecation_message: function.deprecated.unwrap_or_default(),
        }
    }
}

impl From<Parameter> for wire::function::Parameter {
    fn from(parameter: Parameter) -> Self {
        Self {
            name: parameter.name,
            r#type: parameter.ty.to_json(),
            allow_null_value: parameter.allow_null,
            allow_unknown_values: parameter.allow_unknown,
            description: parameter.description,
            description_kind: MARKDOWN,
        }
    }
}
