//! A function for every type of argument and result.

use std::collections::BTreeMap;

use plinth_framework::{
    CallError, Dynamic, Function, Maybe, Model, Number, Registry, Set, Type, Value,
};

macro_rules! function {
    ($function:ident($arguments:ident) -> $output:ty, $name:literal, $call:expr) => {
        struct $function;

        impl Function for $function {
            const NAME: &'static str = $name;
            type Arguments = $arguments;
            type Output = $output;

            fn call(&self, arguments: $arguments) -> Result<$output, CallError> {
                let call: fn($arguments) -> Result<$output, CallError> = $call;
                call(arguments)
            }
        }
    };
}

/// Text in capital letters.
#[derive(Model)]
struct ShoutArguments {
    /// The text.
    text: String,
}
function!(Shout(ShoutArguments) -> String, "shout", |a| Ok(a.text.to_uppercase()));

/// A number as it is.
#[derive(Model)]
struct SameArguments {
    /// The number.
    number: Number,
}
function!(Same(SameArguments) -> Number, "same", |a| Ok(a.number));

/// The opposite.
#[derive(Model)]
struct NegateArguments {
    /// True or false.
    truth: bool,
}
function!(Negate(NegateArguments) -> bool, "negate", |a| Ok(!a.truth));

/// A list backwards.
#[derive(Model)]
struct ReverseArguments {
    /// The list.
    elements: Vec<String>,
}
function!(Reverse(ReverseArguments) -> Vec<String>, "backwards", |a| {
    Ok(a.elements.into_iter().rev().collect())
});

/// What is in either set.
#[derive(Model)]
struct UnionArguments {
    /// A set.
    one: Set<i64>,
    /// Another set.
    other: Set<i64>,
}
function!(Union(UnionArguments) -> Set<i64>, "union", |a| {
    Ok(a.one.into_iter().chain(a.other).collect())
});

/// Keys for values and values for keys.
#[derive(Model)]
struct SwapArguments {
    /// The map.
    map: BTreeMap<String, String>,
}
function!(Swap(SwapArguments) -> BTreeMap<String, String>, "swap", |a| {
    Ok(a.map.into_iter().map(|(key, value)| (value, key)).collect())
});

/// A point.
#[derive(Model)]
struct Point {
    /// How far to the right.
    x: i64,
    /// How far up.
    y: i64,
    /// Its name.
    label: Option<String>,
}

/// A point mirrored at the origin.
#[derive(Model)]
struct MirrorArguments {
    /// The point.
    point: Point,
}
function!(Mirror(MirrorArguments) -> Point, "mirror", |a| {
    Ok(Point { x: -a.point.x, y: -a.point.y, label: a.point.label })
});

/// A value of any type with its type's name in a tuple.
#[derive(Model)]
struct KindArguments {
    /// Anything.
    value: Dynamic,
}
function!(Kind(KindArguments) -> Dynamic, "kind", |a| {
    let name = String::from_utf8_lossy(&a.value.ty.to_json()).into_owned();
    Ok(Dynamic {
        ty: Type::Tuple(vec![Type::String, a.value.ty]),
        value: Value::List(vec![Value::String(name), a.value.value]),
    })
});

/// Texts joined together.
#[derive(Model)]
struct JoinedArguments {
    /// What stands between them.
    separator: String,
    /// The texts.
    #[tf(variadic)]
    texts: Vec<String>,
}
function!(Joined(JoinedArguments) -> String, "joined", |a| Ok(a.texts.join(&a.separator)));

/// The value, or another one for null.
#[derive(Model)]
struct OrArguments {
    /// May be null.
    value: Option<String>,
    /// Instead of null.
    otherwise: String,
}
function!(Or(OrArguments) -> Option<String>, "or_else", |a| {
    Ok(Some(a.value.unwrap_or(a.otherwise)))
});

/// A port from its text.
#[derive(Model)]
struct PortArguments {
    /// Only for show.
    host: String,
    /// The text.
    port: String,
}
function!(Port(PortArguments) -> u16, "port", |a| {
    a.port.parse().map_err(|_| {
        CallError::at(PortArguments::AT.port, format!("{:?} is no port of {}", a.port, a.host))
    })
});

/// Always the same, whatever is still unknown.
#[derive(Model)]
struct AlwaysArguments {
    /// May be unknown.
    value: Maybe<String>,
}
function!(Always(AlwaysArguments) -> bool, "always", |a| {
    Ok(matches!(a.value, Maybe::Unknown | Maybe::Null | Maybe::Known(_)))
});

/// Adds the functions to a provider.
pub fn register(registry: Registry) -> Registry {
    registry
        .function(Shout)
        .function(Same)
        .function(Negate)
        .function(Reverse)
        .function(Union)
        .function(Swap)
        .function(Mirror)
        .function(Kind)
        .function(Joined)
        .function(Or)
        .function(Port)
        .function(Always)
}
