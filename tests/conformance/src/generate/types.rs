//! Random types.

use plinth_protocol::Type;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

/// Types nested up to `depth` levels deep: primitives, lists, sets, maps, tuples and objects.
/// Without `dynamic`, which no element of a collection may be.
pub fn any_type(depth: u32) -> BoxedStrategy<Type> {
    let primitive = prop_oneof![Just(Type::String), Just(Type::Number), Just(Type::Bool)];
    primitive
        .prop_recursive(depth, 12, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(Type::list),
                inner.clone().prop_map(Type::set),
                inner.clone().prop_map(Type::map),
                vec(inner.clone(), 0..3).prop_map(Type::Tuple),
                btree_map("[a-c]", inner, 0..3).prop_map(Type::Object),
            ]
        })
        .boxed()
}
