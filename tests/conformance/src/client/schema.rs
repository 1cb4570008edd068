//! What a provider offers, from the wire.

use std::collections::{BTreeMap, HashMap};

use plinth_protocol::wire::tfplugin6 as tf;
use plinth_protocol::wire::tfplugin6::provider_client::ProviderClient;
use plinth_protocol::{
    Attribute, AttributeType, Block, FunctionSchema, IdentityAttribute, IdentitySchema,
    NestedBlock, Nesting, Parameter, ProviderSchema, Schema, ServerCapabilities, Type,
};
use tonic::transport::Channel;

use super::{ClientError, MAX_SCHEMA, convert, failed};

/// Asks for the schema, then for the identities, as Terraform does after each start.
pub(super) async fn fetch(channel: &Channel) -> Result<ProviderSchema, ClientError> {
    let mut client = ProviderClient::new(channel.clone()).max_decoding_message_size(MAX_SCHEMA);
    let answer = client
        .get_provider_schema(tf::get_provider_schema::Request {})
        .await;
    let answer = answer
        .map_err(|status| failed("GetProviderSchema", status))?
        .into_inner();
    let identities = client
        .get_resource_identity_schemas(tf::get_resource_identity_schemas::Request {})
        .await;
    let identities = match identities {
        Ok(answer) => answer.into_inner().identity_schemas,
        Err(status) if status.code() == tonic::Code::Unimplemented => HashMap::new(),
        Err(status) => return Err(failed("GetResourceIdentitySchemas", status)),
    };
    let diagnostics = convert::diagnostics(answer.diagnostics);
    if diagnostics
        .iter()
        .any(plinth_protocol::Diagnostic::is_error)
    {
        return Err(ClientError::NoSchema { diagnostics });
    }
    let provider = answer
        .provider
        .ok_or_else(|| ClientError::Schema("provider block".into()))?;
    let server = answer.server_capabilities.unwrap_or_default();
    Ok(ProviderSchema {
        provider: schema("provider", provider)?,
        resources: all(answer.resource_schemas, schema)?,
        data_sources: all(answer.data_source_schemas, schema)?,
        ephemeral_resources: all(answer.ephemeral_resource_schemas, schema)?,
        list_resources: all(answer.list_resource_schemas, schema)?,
        actions: all(answer.action_schemas, |name, action: tf::ActionSchema| {
            schema(name, action.schema.unwrap_or_default())
        })?,
        functions: all(answer.functions, function)?,
        identities: all(identities, identity)?,
        capabilities: ServerCapabilities {
            plan_destroy: server.plan_destroy,
            schema_optional: server.get_provider_schema_optional,
            move_state: server.move_resource_state,
            generate_config: server.generate_resource_config,
        },
    })
}

fn all<W, T>(
    wire: HashMap<String, W>,
    convert: impl Fn(&str, W) -> Result<T, ClientError>,
) -> Result<BTreeMap<String, T>, ClientError> {
    let convert = |(name, wire): (String, W)| {
        let value = convert(&name, wire)?;
        Ok((name, value))
    };
    wire.into_iter().map(convert).collect()
}

fn schema(place: &str, wire: tf::Schema) -> Result<Schema, ClientError> {
    let missing = || ClientError::Schema(place.to_owned());
    let block = block(place, wire.block.ok_or_else(missing)?)?;
    Ok(Schema {
        version: wire.version,
        block,
    })
}

fn block(place: &str, wire: tf::schema::Block) -> Result<Block, ClientError> {
    let deprecated = deprecation(wire.deprecated, &wire.deprecation_message);
    let blocks = wire.block_types.into_iter().map(|wire| nested(place, wire));
    Ok(Block {
        attributes: attributes(place, wire.attributes)?,
        blocks: blocks.collect::<Result<_, _>>()?,
        description: wire.description,
        deprecated,
    })
}

fn deprecation(deprecated: bool, message: &str) -> Option<String> {
    deprecated.then(|| message.to_owned())
}

fn attributes(
    place: &str,
    wire: Vec<tf::schema::Attribute>,
) -> Result<Vec<Attribute>, ClientError> {
    let convert = |wire: tf::schema::Attribute| {
        let place = format!("{place}.{}", wire.name);
        let ty = match wire.nested_type {
            None => AttributeType::Plain(ty(&place, &wire.r#type)?),
            Some(_) if !wire.r#type.is_empty() => return Err(ClientError::Schema(place)),
            Some(object) => {
                let nesting = object_nesting(&place, object.nesting())?;
                AttributeType::Nested(nesting, attributes(&place, object.attributes)?)
            }
        };
        Ok(Attribute {
            ty,
            required: wire.required,
            optional: wire.optional,
            computed: wire.computed,
            sensitive: wire.sensitive,
            write_only: wire.write_only,
            deprecated: deprecation(wire.deprecated, &wire.deprecation_message),
            name: wire.name,
            description: wire.description,
        })
    };
    wire.into_iter().map(convert).collect()
}

fn object_nesting(
    place: &str,
    wire: tf::schema::object::NestingMode,
) -> Result<Nesting, ClientError> {
    use tf::schema::object::NestingMode;
    match wire {
        NestingMode::Single => Ok(Nesting::Single),
        NestingMode::List => Ok(Nesting::List),
        NestingMode::Set => Ok(Nesting::Set),
        NestingMode::Map => Ok(Nesting::Map),
        NestingMode::Invalid => Err(ClientError::Schema(place.to_owned())),
    }
}

fn nested(place: &str, wire: tf::schema::NestedBlock) -> Result<NestedBlock, ClientError> {
    use tf::schema::nested_block::NestingMode;
    let place = format!("{place}.{}", wire.type_name);
    let nesting = match wire.nesting() {
        NestingMode::Single => Nesting::Single,
        NestingMode::List => Nesting::List,
        NestingMode::Set => Nesting::Set,
        NestingMode::Map => Nesting::Map,
        // Group blocks are a thing of old SDKs that this model leaves out.
        NestingMode::Invalid | NestingMode::Group => return Err(ClientError::Schema(place)),
    };
    Ok(NestedBlock {
        block: block(&place, wire.block.unwrap_or_default())?,
        name: wire.type_name,
        nesting,
        min_items: wire.min_items,
        max_items: wire.max_items,
    })
}

fn ty(place: &str, json: &[u8]) -> Result<Type, ClientError> {
    Type::from_json(json).map_err(|cause| ClientError::Type(place.to_owned(), cause))
}

fn identity(name: &str, wire: tf::ResourceIdentitySchema) -> Result<IdentitySchema, ClientError> {
    let convert = |wire: tf::resource_identity_schema::IdentityAttribute| {
        let place = format!("{name}.{}", wire.name);
        // Terraform refuses an attribute that is both or neither.
        if wire.required_for_import == wire.optional_for_import {
            return Err(ClientError::Schema(place));
        }
        Ok(IdentityAttribute {
            ty: ty(&place, &wire.r#type)?,
            name: wire.name,
            required: wire.required_for_import,
            description: wire.description,
        })
    };
    let attributes = wire.identity_attributes.into_iter().map(convert);
    Ok(IdentitySchema {
        version: wire.version,
        attributes: attributes.collect::<Result<_, _>>()?,
    })
}

fn function(name: &str, wire: tf::Function) -> Result<FunctionSchema, ClientError> {
    let parameter = |wire: tf::function::Parameter| -> Result<Parameter, ClientError> {
        Ok(Parameter {
            ty: ty(&format!("{name}.{}", wire.name), &wire.r#type)?,
            name: wire.name,
            allow_null: wire.allow_null_value,
            allow_unknown: wire.allow_unknown_values,
            description: wire.description,
        })
    };
    let returns = wire.r#return.unwrap_or_default();
    Ok(FunctionSchema {
        parameters: wire
            .parameters
            .into_iter()
            .map(parameter)
            .collect::<Result<_, _>>()?,
        variadic: wire.variadic_parameter.map(parameter).transpose()?,
        returns: ty(name, &returns.r#type)?,
        summary: wire.summary,
        description: wire.description,
        deprecated: Some(wire.deprecation_message).filter(|message| !message.is_empty()),
    })
}
