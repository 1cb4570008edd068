//! Short spellings of schemas and values for the tests of the rules.

use plinth_protocol::{Attribute, AttributeType, Block, NestedBlock, Nesting, Schema, Type, Value};

/// What the tests need to say of an attribute.
pub(crate) trait AttributeExt {
    fn required(self) -> Attribute;
    fn optional(self) -> Attribute;
    fn computed(self) -> Attribute;
    fn write_only(self) -> Attribute;
    fn sensitive(self) -> Attribute;
}

impl AttributeExt for Attribute {
    fn required(mut self) -> Attribute {
        self.required = true;
        self
    }
    fn optional(mut self) -> Attribute {
        self.optional = true;
        self
    }
    fn computed(mut self) -> Attribute {
        self.computed = true;
        self
    }
    fn write_only(mut self) -> Attribute {
        self.write_only = true;
        self
    }
    fn sensitive(mut self) -> Attribute {
        self.sensitive = true;
        self
    }
}

pub(crate) trait SchemaExt {
    fn with_block(self, name: &str, nesting: Nesting, attributes: Vec<Attribute>) -> Schema;
}

impl SchemaExt for Schema {
    fn with_block(mut self, name: &str, nesting: Nesting, attributes: Vec<Attribute>) -> Schema {
        self.block.blocks.push(NestedBlock {
            name: name.to_owned(),
            block: Block {
                attributes,
                ..Block::default()
            },
            nesting,
            min_items: 0,
            max_items: 0,
        });
        self
    }
}

pub(crate) fn attribute(name: &str, ty: AttributeType) -> Attribute {
    Attribute {
        name: name.to_owned(),
        ty,
        description: String::new(),
        required: false,
        optional: false,
        computed: false,
        sensitive: false,
        write_only: false,
        deprecated: None,
    }
}

pub(crate) fn plain(name: &str, ty: Type) -> Attribute {
    attribute(name, AttributeType::Plain(ty))
}

pub(crate) fn string(name: &str) -> Attribute {
    plain(name, Type::String)
}

pub(crate) fn nested(name: &str, nesting: Nesting, attributes: Vec<Attribute>) -> Attribute {
    attribute(name, AttributeType::Nested(nesting, attributes))
}

pub(crate) fn schema(attributes: impl IntoIterator<Item = Attribute>) -> Schema {
    let attributes = attributes.into_iter().collect();
    Schema {
        version: 0,
        block: Block {
            attributes,
            ..Block::default()
        },
    }
}

pub(crate) fn obj<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    Value::map(attributes)
}

pub(crate) fn list<const N: usize>(elements: [&str; N]) -> Value {
    Value::List(elements.into_iter().map(Value::from).collect())
}

pub(crate) fn objects<const N: usize>(elements: [Value; N]) -> Value {
    Value::List(elements.into())
}
