//! What the fuzz targets share.

use plinth_protocol::Type;

/// Takes a type off the front of the input, so that the fuzzer can vary it together with
/// the data behind it.
pub fn take_type<'a>(input: &'a [u8]) -> (Type, &'a [u8]) {
    let mut rest = input;
    let ty = any_type(&mut rest, 6);
    (ty, rest)
}

fn any_type(rest: &mut &[u8], depth: usize) -> Type {
    let Some((&kind, after)) = rest.split_first() else {
        return Type::String;
    };
    *rest = after;
    match kind % 16 {
        0..=2 => Type::String,
        3..=5 => Type::Number,
        6 => Type::Bool,
        7 | 8 => Type::Dynamic,
        _ if depth == 0 => Type::Bool,
        9 | 10 => Type::list(any_type(rest, depth - 1)),
        11 => Type::set(any_type(rest, depth - 1)),
        12 | 13 => Type::map(any_type(rest, depth - 1)),
        14 => Type::Tuple((0..kind >> 6).map(|_| any_type(rest, depth - 1)).collect()),
        _ => Type::object(
            ["a", "b", "c"]
                .iter()
                .take((kind >> 6).into())
                .map(|name| (*name, any_type(rest, depth - 1))),
        ),
    }
}
