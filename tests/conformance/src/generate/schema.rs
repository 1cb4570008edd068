//! Random schemas.

use std::collections::BTreeSet;

use plinth_protocol::{Attribute, AttributeType, Block, NestedBlock, Nesting, Schema, Type};
use proptest::collection::vec;
use proptest::prelude::*;

use super::any_type;

/// What generated schemas may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How deep attributes and blocks may be nested; 0 is flat.
    pub depth: u32,
    /// Nested blocks.
    pub blocks: bool,
    /// Write-only attributes.
    pub write_only: bool,
    /// Dynamic attributes.
    pub dynamic: bool,
    /// Attributes both optional and computed.
    pub optional_computed: bool,
    /// Such attributes also inside of sets. Terraform's own proposal then may mix up
    /// elements that differ in nothing else, or make two of them equal.
    pub set_defaults: bool,
}

impl Default for Shape {
    /// Everything but `set_defaults`, two levels deep.
    fn default() -> Self {
        Self {
            depth: 2,
            blocks: true,
            write_only: true,
            dynamic: true,
            optional_computed: true,
            set_defaults: false,
        }
    }
}

impl Shape {
    fn below(self, nesting: Nesting) -> Self {
        Self {
            depth: self.depth.saturating_sub(1),
            // In sets nothing may be write-only, in no collection dynamic.
            write_only: self.write_only && nesting != Nesting::Set,
            dynamic: self.dynamic && nesting == Nesting::Single,
            optional_computed: self.optional_computed
                && (self.set_defaults || nesting != Nesting::Set),
            ..self
        }
    }
}

/// Schemas of all kinds of attributes and blocks that Terraform takes: see
/// [`assert_schema_loads`](crate::oracle::assert_schema_loads).
pub fn any_schema(shape: Shape) -> BoxedStrategy<Schema> {
    any_block(shape)
        .prop_map(|block| Schema { version: 0, block })
        .boxed()
}

fn any_block(shape: Shape) -> BoxedStrategy<Block> {
    let blocks = if shape.blocks && shape.depth > 0 {
        vec(any_nested_block(shape), 0..3).boxed()
    } else {
        Just(Vec::new()).boxed()
    };
    (vec(any_attribute(shape), 0..5), blocks)
        .prop_map(|(mut attributes, mut blocks)| {
            let mut names = BTreeSet::new();
            attributes.retain(|attribute| names.insert(attribute.name.clone()));
            blocks.retain(|block: &NestedBlock| names.insert(block.name.clone()));
            Block {
                attributes,
                blocks,
                ..Block::default()
            }
        })
        .boxed()
}

fn any_nested_block(shape: Shape) -> BoxedStrategy<NestedBlock> {
    any_nesting()
        .prop_flat_map(move |nesting| {
            let limit = if nesting == Nesting::Single {
                0_i64..2
            } else {
                0..1
            };
            ("b_[a-c]", any_block(shape.below(nesting)), limit).prop_map(
                move |(name, block, limit)| NestedBlock {
                    name,
                    block,
                    nesting,
                    min_items: limit,
                    max_items: limit,
                },
            )
        })
        .boxed()
}

fn any_nesting() -> impl Strategy<Value = Nesting> {
    prop_oneof![
        Just(Nesting::Single),
        Just(Nesting::List),
        Just(Nesting::Map),
        Just(Nesting::Set)
    ]
}

/// Whose an attribute is.
#[derive(Clone, Copy, Debug)]
enum Class {
    Required,
    Optional,
    OptionalComputed,
    Computed,
}

fn any_attribute(shape: Shape) -> BoxedStrategy<Attribute> {
    let class = prop_oneof![
        Just(Class::Required),
        Just(Class::Optional),
        Just(if shape.optional_computed {
            Class::OptionalComputed
        } else {
            Class::Optional
        }),
        Just(Class::Computed),
    ];
    (
        class,
        any_attribute_type(shape),
        "[a-h]",
        any::<bool>(),
        0..4_u8,
    )
        .prop_map(move |(class, ty, name, sensitive, write_only)| {
            let computed = matches!(class, Class::OptionalComputed | Class::Computed);
            let plain = matches!(ty, AttributeType::Plain(_));
            let attribute = Attribute {
                name,
                ty,
                description: String::new(),
                required: matches!(class, Class::Required),
                optional: matches!(class, Class::Optional | Class::OptionalComputed),
                computed,
                sensitive,
                write_only: shape.write_only && plain && !computed && write_only == 0,
                deprecated: None,
            };
            if matches!(class, Class::Computed) {
                all_computed(attribute)
            } else {
                attribute
            }
        })
        .boxed()
}

/// What is in a computed object is computed, too: nobody can configure it.
fn all_computed(attribute: Attribute) -> Attribute {
    let ty = match attribute.ty {
        AttributeType::Nested(nesting, inner) => {
            AttributeType::Nested(nesting, inner.into_iter().map(all_computed).collect())
        }
        plain @ AttributeType::Plain(_) => plain,
    };
    Attribute {
        ty,
        required: false,
        optional: false,
        computed: true,
        write_only: false,
        ..attribute
    }
}

fn any_attribute_type(shape: Shape) -> BoxedStrategy<AttributeType> {
    let plain = any_type(2).prop_map(AttributeType::Plain);
    let dynamic = if shape.dynamic {
        Type::Dynamic
    } else {
        Type::String
    };
    let leaf = prop_oneof![6 => plain, 1 => Just(AttributeType::Plain(dynamic))];
    if shape.depth == 0 {
        return leaf.boxed();
    }
    let nested = any_nesting().prop_flat_map(move |nesting| {
        vec(any_attribute(shape.below(nesting)), 1..4).prop_map(move |mut attributes| {
            let mut names = BTreeSet::new();
            attributes.retain(|attribute: &Attribute| names.insert(attribute.name.clone()));
            AttributeType::Nested(nesting, attributes)
        })
    });
    prop_oneof![3 => leaf, 2 => nested].boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::assert_schema_loads;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn generated_schemas_load(schema in any_schema(Shape::default())) {
            prop_assert_eq!(assert_schema_loads(&schema), []);
        }
    }
}
