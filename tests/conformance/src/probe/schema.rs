//! What the probe offers: one of each kind.

use std::collections::BTreeMap;

use plinth_protocol::{
    Attribute, AttributeType, Block, FunctionSchema, IdentityAttribute, IdentitySchema, Parameter,
    ProviderSchema, Schema, ServerCapabilities, Type,
};

enum Class {
    Required,
    Optional,
    Default,
    Computed,
    WriteOnly,
}

fn attribute(name: &str, ty: Type, class: &Class) -> Attribute {
    Attribute {
        name: name.to_owned(),
        ty: AttributeType::Plain(ty),
        description: format!("The {name}."),
        required: matches!(class, Class::Required),
        optional: matches!(class, Class::Optional | Class::Default | Class::WriteOnly),
        computed: matches!(class, Class::Computed | Class::Default),
        sensitive: matches!(class, Class::WriteOnly),
        write_only: matches!(class, Class::WriteOnly),
        deprecated: None,
    }
}

fn schema(attributes: Vec<Attribute>) -> Schema {
    let description = "Only for tests.".to_owned();
    Schema {
        version: 1,
        block: Block {
            attributes,
            description,
            ..Block::default()
        },
    }
}

pub(super) fn provider() -> Schema {
    Schema {
        version: 0,
        ..schema(vec![attribute("endpoint", Type::String, &Class::Optional)])
    }
}

pub(super) fn item() -> Schema {
    schema(vec![
        attribute("id", Type::String, &Class::Computed),
        attribute("name", Type::String, &Class::Required),
        attribute("size", Type::Number, &Class::Default),
        attribute("note", Type::String, &Class::Optional),
        attribute("secret", Type::String, &Class::WriteOnly),
        attribute("tags", Type::set(Type::String), &Class::Optional),
    ])
}

pub(super) fn identity() -> IdentitySchema {
    let attribute = IdentityAttribute {
        name: "name".to_owned(),
        ty: Type::String,
        required: true,
        description: String::new(),
    };
    IdentitySchema {
        version: 0,
        attributes: vec![attribute],
    }
}

pub(super) fn reading() -> Schema {
    schema(vec![
        attribute("key", Type::String, &Class::Required),
        attribute("value", Type::String, &Class::Computed),
    ])
}

fn parameter(name: &str, ty: Type) -> Parameter {
    Parameter {
        name: name.to_owned(),
        ty,
        allow_null: true,
        allow_unknown: false,
        description: String::new(),
    }
}

fn function() -> FunctionSchema {
    FunctionSchema {
        parameters: vec![parameter("separator", Type::String)],
        variadic: Some(parameter("parts", Type::String)),
        returns: Type::String,
        summary: "Joins.".to_owned(),
        description: "Joins the parts.".to_owned(),
        deprecated: Some("no use".to_owned()),
    }
}

pub(super) fn all() -> ProviderSchema {
    fn one<T>(name: &str, value: T) -> BTreeMap<String, T> {
        BTreeMap::from([(name.to_owned(), value)])
    }
    ProviderSchema {
        provider: provider(),
        resources: one(super::ITEM, item()),
        data_sources: one("probe_reading", reading()),
        ephemeral_resources: one("probe_lease", reading()),
        list_resources: one(super::ITEM, Schema::default()),
        actions: one(
            "probe_ping",
            schema(vec![attribute("to", Type::String, &Class::Required)]),
        ),
        functions: one("join", function()),
        identities: one(super::ITEM, identity()),
        capabilities: ServerCapabilities::default(),
    }
}
