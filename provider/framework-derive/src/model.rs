//! `#[derive(Model)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Data, DeriveInput, Error, Expr, ExprLit, Field, Fields, Ident, Lit, LitStr, Result, Type,
    Visibility,
};

use crate::attributes;

const FIELD_WORDS: &[&str] = &[
    "replace",
    "volatile",
    "optional",
    "required",
    "variadic",
    "default",
    "check",
    "deprecated",
    "name",
];

const RULE_WORDS: &[&str] = &[
    "exactly_one_of",
    "at_most_one_of",
    "at_least_one_of",
    "requires",
];

struct Declared<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    visibility: &'a Visibility,
    name: String,
    doc: String,
    flags: Vec<Ident>,
    default: Option<Expr>,
    checks: Vec<Expr>,
    deprecated: Option<String>,
}

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            _ => return Err(Error::new_spanned(&input.ident, "a model has named fields")),
        },
        _ => {
            return Err(Error::new_spanned(
                &input.ident,
                "Model is derived for a struct",
            ));
        }
    };
    let fields = fields.iter().map(declared).collect::<Result<Vec<_>>>()?;
    let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let rules = rules(input, &names)?;
    let name = &input.ident;
    let doc = attributes::doc(&input.attrs);
    let declare = fields.iter().map(declare);
    let take = fields.iter().map(take);
    let put = fields.iter().map(|field| {
        let (ident, name) = (field.ident, &field.name);
        quote! { ::plinth_framework::Field::put(&self.#ident, &mut object, #name); }
    });
    let at = at(input, &fields);
    Ok(quote! {
        impl ::plinth_framework::Model for #name {
            fn schema() -> ::plinth_framework::ObjectSchema {
                let mut object = ::plinth_framework::ObjectSchema {
                    doc: ::std::borrow::Cow::Borrowed(#doc),
                    attributes: ::std::vec::Vec::new(),
                    rules: ::std::vec::Vec::from([#(#rules),*]),
                };
                #(#declare)*
                object
            }

            fn from_object(
                mut object: ::std::collections::BTreeMap<
                    ::std::string::String,
                    ::plinth_framework::Value,
                >,
            ) -> ::core::result::Result<Self, ::plinth_framework::DecodeError> {
                let object = &mut object;
                ::core::result::Result::Ok(Self { #(#take),* })
            }

            fn to_object(
                &self,
            ) -> ::std::collections::BTreeMap<::std::string::String, ::plinth_framework::Value> {
                let mut object = ::std::collections::BTreeMap::new();
                #(#put)*
                object
            }
        }

        impl ::plinth_framework::Field for #name {
            type Inner = Self;

            fn ty() -> ::plinth_framework::AttributeType {
                ::plinth_framework::AttributeType::Nested(
                    ::plinth_framework::Nesting::Single,
                    ::std::sync::Arc::new(<Self as ::plinth_framework::Model>::schema()),
                )
            }

            fn decode(
                value: ::plinth_framework::Value,
            ) -> ::core::result::Result<Self, ::plinth_framework::DecodeError> {
                <Self as ::plinth_framework::Model>::decode_object(value)
            }

            fn encode(&self) -> ::plinth_framework::Value {
                ::plinth_framework::Value::Map(::plinth_framework::Model::to_object(self))
            }
        }

        #at
    })
}

fn declared(field: &Field) -> Result<Declared<'_>> {
    let Some(ident) = &field.ident else {
        return Err(Error::new_spanned(field, "a model has named fields"));
    };
    let doc = attributes::doc(&field.attrs);
    if doc.is_empty() {
        return Err(Error::new_spanned(
            field,
            format!("`{ident}` needs a doc comment: it is the attribute's documentation"),
        ));
    }
    let plain = ident.to_string();
    let mut declared = Declared {
        ident,
        ty: &field.ty,
        visibility: &field.vis,
        name: plain.strip_prefix("r#").unwrap_or(&plain).to_owned(),
        doc,
        flags: Vec::new(),
        default: None,
        checks: Vec::new(),
        deprecated: None,
    };
    attributes::each(&field.attrs, FIELD_WORDS, |word, meta| {
        match word {
            "default" => declared.default = Some(meta.value()?.parse()?),
            "check" => declared.checks.push(meta.value()?.parse()?),
            "deprecated" => declared.deprecated = Some(meta.value()?.parse::<LitStr>()?.value()),
            "name" => declared.name = meta.value()?.parse::<LitStr>()?.value(),
            flag => declared.flags.push(Ident::new(flag, meta.path.span())),
        }
        Ok(())
    })?;
    let volatile = declared.flags.iter().find(|flag| *flag == "volatile");
    if let (Some(volatile), true) = (volatile, declared.default.is_some()) {
        return Err(Error::new(
            volatile.span(),
            "what has a default is never volatile: the default would be planned again and again",
        ));
    }
    Ok(declared)
}

fn declare(field: &Declared<'_>) -> TokenStream {
    let Declared {
        ty,
        name,
        doc,
        flags,
        ..
    } = field;
    let span = ty.span();
    let default = field.default.as_ref().map(|default| {
        let value = value(ty, default);
        quote! {
            meta.default = ::core::option::Option::Some(
                ::plinth_framework::Field::encode(&#value),
            );
        }
    });
    let checks = field.checks.iter().map(|check| {
        quote_spanned! { check.span() =>
            meta.checks.push(::plinth_framework::field::check::<#ty, _>(#check));
        }
    });
    let deprecated = field.deprecated.as_ref().map(|why| {
        quote! { meta.deprecated = ::core::option::Option::Some(#why); }
    });
    let declare = quote_spanned! { span =>
        ::plinth_framework::model::declare::<#ty>(meta, &mut object);
    };
    quote! {{
        #[allow(unused_mut, reason = "most attributes need nothing besides name and doc")]
        let mut meta = ::plinth_framework::Meta {
            name: #name,
            doc: #doc,
            ..::core::default::Default::default()
        };
        #(meta.#flags = true;)*
        #default
        #(#checks)*
        #deprecated
        #declare
    }}
}

fn take(field: &Declared<'_>) -> TokenStream {
    let Declared {
        ident, ty, name, ..
    } = field;
    let Some(default) = &field.default else {
        return quote_spanned! { ty.span() =>
            #ident: <#ty as ::plinth_framework::Field>::take(object, #name)?
        };
    };
    let value = value(ty, default);
    quote_spanned! { ty.span() =>
        #ident: ::plinth_framework::model::take_or::<#ty>(object, #name, || #value)?
    }
}

/// A default as a value of its field's type. A number or truth value is one already where
/// the type is a plain one; through `From`, a literal could only be an `i32`.
fn value(ty: &Type, default: &Expr) -> TokenStream {
    let is_literal = matches!(
        default,
        Expr::Lit(ExprLit {
            lit: Lit::Int(_) | Lit::Float(_) | Lit::Bool(_),
            ..
        })
    );
    let is_plain = ["bool", "i64", "i32", "u8", "u16", "u32", "f64"]
        .iter()
        .any(|name| matches!(ty, Type::Path(path) if path.path.is_ident(name)));
    if is_literal && is_plain {
        return quote_spanned! { default.span() => #default };
    }
    quote_spanned! { default.span() => <#ty as ::core::convert::From<_>>::from(#default) }
}

/// `Model::AT`, a struct of typed attribute names.
fn at(input: &DeriveInput, fields: &[Declared<'_>]) -> TokenStream {
    let (model, visibility) = (&input.ident, &input.vis);
    let holder = format_ident!("{model}Attributes");
    let about = format!("The attributes of [`{model}`] by name.");
    let members = fields.iter().map(|field| {
        let Declared {
            ident,
            ty,
            visibility,
            doc,
            ..
        } = field;
        quote! {
            #[doc = #doc]
            #visibility #ident: ::plinth_framework::Attr<#model, #ty>
        }
    });
    let values = fields.iter().map(|field| {
        let Declared { ident, name, .. } = field;
        quote! { #ident: ::plinth_framework::Attr::new(#name) }
    });
    quote! {
        #[doc = #about]
        #[allow(dead_code, reason = "not every attribute is named in code")]
        #[derive(Clone, Copy, Debug)]
        #visibility struct #holder { #(#members),* }

        impl #model {
            /// The attributes by name.
            #[allow(dead_code, reason = "not every model is addressed in code")]
            #visibility const AT: #holder = #holder { #(#values),* };
        }
    }
}

fn rules(input: &DeriveInput, names: &[String]) -> Result<Vec<TokenStream>> {
    let mut rules = Vec::new();
    attributes::each(&input.attrs, RULE_WORDS, |word, meta| {
        let mut listed = Vec::new();
        meta.parse_nested_meta(|inner| {
            let ident = inner.path.require_ident()?;
            if !names.contains(&ident.to_string()) {
                return Err(inner.error(format!("`{ident}` is not an attribute of this model")));
            }
            listed.push(ident.to_string());
            Ok(())
        })?;
        let rule = match word {
            "exactly_one_of" => quote! { ExactlyOneOf },
            "at_most_one_of" => quote! { AtMostOneOf },
            "at_least_one_of" => quote! { AtLeastOneOf },
            _ => quote! { Requires },
        };
        rules.push(quote! {
            ::plinth_framework::Rule::#rule(::std::vec::Vec::from([#(#listed),*]))
        });
        Ok(())
    })?;
    Ok(rules)
}
