//! Types in words.

use plinth_protocol::{AttributeType, Nesting, Type};

/// The type of an attribute as a page names it.
pub(super) fn of_attribute(ty: &AttributeType) -> String {
    match ty {
        AttributeType::Plain(ty) => of_value(ty),
        AttributeType::Nested(nesting, _) => format!("Attributes{}", nested_suffix(*nesting)),
    }
}

/// What follows the word for a nested thing.
pub(super) fn nested_suffix(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::Single => "",
        Nesting::List => " List",
        Nesting::Set => " Set",
        Nesting::Map => " Map",
    }
}

/// A type as a page names it.
pub(super) fn of_value(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", of_value(element)),
        Type::Set(element) => format!("Set of {}", of_value(element)),
        Type::Map(element) => format!("Map of {}", of_value(element)),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(attributes) => {
            let attributes: Vec<String> = attributes
                .iter()
                .map(|(name, ty)| format!("`{name}` {}", of_value(ty)))
                .collect();
            format!("Object of {}", attributes.join(", "))
        }
    }
}

/// A type as a configuration writes it.
pub(super) fn in_configuration(ty: &Type) -> String {
    match ty {
        Type::String => "string".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Dynamic => "dynamic".to_owned(),
        Type::List(element) => format!("list({})", in_configuration(element)),
        Type::Set(element) => format!("set({})", in_configuration(element)),
        Type::Map(element) => format!("map({})", in_configuration(element)),
        Type::Tuple(elements) => {
            let elements: Vec<String> = elements.iter().map(in_configuration).collect();
            format!("tuple([{}])", elements.join(", "))
        }
        Type::Object(attributes) => {
            let attributes: Vec<String> = attributes
                .iter()
                .map(|(name, ty)| format!("{name} = {}", in_configuration(ty)))
                .collect();
            format!("object({{ {} }})", attributes.join(", "))
        }
    }
}
