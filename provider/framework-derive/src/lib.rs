//! The derive macros of `plinth-framework`: schema, decoding and encoding from one
//! declaration.
//!
//! The macros only write down what the declaration says; the rules are in the framework.

mod attributes;
mod choice;
mod model;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a model: its fields are the attributes of a schema.
///
/// Every field needs a doc comment; it is the attribute's documentation. On a field:
/// `#[tf(replace)]`, `#[tf(volatile)]`, `#[tf(optional)]` (a computed attribute the user may
/// set), `#[tf(required)]` (a write-only attribute the user must set), `#[tf(variadic)]`,
/// `#[tf(default = …)]`, `#[tf(check = …)]`, `#[tf(deprecated = "…")]`,
/// `#[tf(name = "…")]`. On the struct: `#[tf(exactly_one_of(a, b))]`,
/// `#[tf(at_most_one_of(a, b))]`, `#[tf(at_least_one_of(a, b))]`, `#[tf(requires(a, b))]`.
#[proc_macro_derive(Model, attributes(tf))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes an enum without fields an attribute that takes one of a few words.
///
/// The words are the variants' names in `snake_case`, or `#[tf(name = "…")]`.
#[proc_macro_derive(Choice, attributes(tf))]
pub fn derive_choice(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    choice::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
