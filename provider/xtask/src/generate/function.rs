//! Pages of provider functions.

use std::fmt::Write as _;

use plinth_protocol::{FunctionSchema, Parameter};

use crate::generate::sources::Source;
use crate::generate::{PROVIDER, page, types};

/// The page of a function.
pub(super) fn page(name: &str, source: &Source, function: &FunctionSchema) -> String {
    let mut text = page::front_matter(&format!("{name} function - {PROVIDER}"), source);
    write!(text, "# function: {name}\n\n{}\n", source.prose).ok();
    if let Some(why) = &function.deprecated {
        write!(text, "\n~> **Deprecated:** {why}\n").ok();
    }
    page::push_example(&mut text, source);
    page::push_sections(&mut text, source);
    write!(
        text,
        "\n## Signature\n\n```text\n{}\n```\n",
        signature(name, function)
    )
    .ok();
    let variadic = function.variadic.iter().map(|parameter| (parameter, true));
    let mut parameters = function
        .parameters
        .iter()
        .map(|parameter| (parameter, false))
        .chain(variadic)
        .peekable();
    if parameters.peek().is_some() {
        text.push_str("\n## Arguments\n\n");
    }
    for (parameter, repeated) in parameters {
        writeln!(text, "1. {}", argument(parameter, repeated)).ok();
    }
    text
}

fn signature(name: &str, function: &FunctionSchema) -> String {
    let one = |parameter: &Parameter, dots: &str| {
        format!(
            "{} {}{dots}",
            parameter.name,
            types::in_configuration(&parameter.ty)
        )
    };
    let parameters: Vec<String> = function
        .parameters
        .iter()
        .map(|parameter| one(parameter, ""))
        .chain(
            function
                .variadic
                .iter()
                .map(|parameter| one(parameter, "...")),
        )
        .collect();
    let returns = types::in_configuration(&function.returns);
    format!("{name}({}) {returns}", parameters.join(", "))
}

fn argument(parameter: &Parameter, repeated: bool) -> String {
    let variadic = if repeated { "Variadic, " } else { "" };
    let nullable = if parameter.allow_null {
        ", Nullable"
    } else {
        ""
    };
    let class = types::of_value(&parameter.ty);
    let description = parameter
        .description
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let line = format!(
        "`{}` ({variadic}{class}{nullable}) {description}",
        parameter.name
    );
    line.trim_end().to_owned()
}
