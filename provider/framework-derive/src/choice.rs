//! `#[derive(Choice)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, LitStr, Result};

use crate::attributes;

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(
            &input.ident,
            "Choice is derived for an enum",
        ));
    };
    let name = &input.ident;
    let mut variants = Vec::new();
    let mut words = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(variant, "a choice has no fields"));
        }
        let mut word = snake_case(&variant.ident.to_string());
        attributes::each(&variant.attrs, &["name"], |_, meta| {
            word = meta.value()?.parse::<LitStr>()?.value();
            Ok(())
        })?;
        variants.push(&variant.ident);
        words.push(word);
    }
    let listed: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let expected = format!("must be one of {}", listed.join(", "));
    Ok(quote! {
        impl #name {
            /// Every choice, in the order of declaration.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];

            /// The word in the configuration.
            pub const fn as_str(&self) -> &'static str {
                match self { #(Self::#variants => #words),* }
            }
        }

        impl ::core::fmt::Display for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::plinth_framework::Field for #name {
            type Inner = Self;

            fn ty() -> ::plinth_framework::AttributeType {
                <::std::string::String as ::plinth_framework::Field>::ty()
            }

            fn decode(
                value: ::plinth_framework::Value,
            ) -> ::core::result::Result<Self, ::plinth_framework::DecodeError> {
                let word = <::std::string::String as ::plinth_framework::Field>::decode(value)?;
                match word.as_str() {
                    #(#words => Ok(Self::#variants),)*
                    _ => Err(::plinth_framework::DecodeError::new(#expected)),
                }
            }

            fn encode(&self) -> ::plinth_framework::Value {
                ::plinth_framework::Value::from(self.as_str())
            }
        }
    })
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (i, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && i > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
