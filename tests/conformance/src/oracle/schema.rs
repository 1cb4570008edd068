//! The rules by which Terraform takes or refuses a schema. One broken rule disables the whole
//! provider.

use std::collections::BTreeSet;

use plinth_protocol::{
    Attribute, AttributeType, Block, FunctionSchema, IdentitySchema, Nesting, Path, ProviderSchema,
    Schema, Type,
};

use super::violation::Found;
use super::{Rule, Violation};

/// Whether Terraform takes everything a provider offers; paths begin with the kind and name,
/// such as `resources["plinth_x"].size`.
pub fn assert_provider_loads(schema: &ProviderSchema) -> Vec<Violation> {
    let root = Path::root();
    let mut found = Found::default();
    found.block(&schema.provider.block, &root.attribute("provider"));
    let kinds = [
        ("resources", &schema.resources),
        ("data_sources", &schema.data_sources),
        ("ephemeral_resources", &schema.ephemeral_resources),
        ("list_resources", &schema.list_resources),
        ("actions", &schema.actions),
    ];
    for (kind, schemas) in kinds {
        for (name, schema) in schemas {
            let path = root.attribute(kind).key(name);
            if !is_name(name) {
                found.add(&path, Rule::Name);
            }
            found.block(&schema.block, &path);
        }
    }
    for (name, function) in &schema.functions {
        let path = root.attribute("functions").key(name);
        if !is_identifier(name) {
            found.add(&path, Rule::Name);
        }
        found.function(function, &path);
    }
    for (name, identity) in &schema.identities {
        let path = root.attribute("identities").key(name);
        if !schema.resources.contains_key(name) {
            found.add(&path, Rule::IdentityUnused);
        }
        found.identity(identity, &path);
    }
    for name in schema.list_resources.keys() {
        if !schema.identities.contains_key(name) || !schema.resources.contains_key(name) {
            found.add(
                &root.attribute("list_resources").key(name),
                Rule::ListedIdentity,
            );
        }
    }
    found.0
}

/// Whether Terraform takes this schema: names, required/optional/computed, limits of blocks,
/// what sets may hold.
pub fn assert_schema_loads(schema: &Schema) -> Vec<Violation> {
    let mut found = Found::default();
    found.block(&schema.block, &Path::root());
    found.0
}

/// Whether Terraform takes this identity: primitives and lists of them.
pub fn assert_identity_loads(schema: &IdentitySchema) -> Vec<Violation> {
    let mut found = Found::default();
    found.identity(schema, &Path::root());
    found.0
}

/// Whether Terraform takes this function: parameter names are identifiers, each once.
pub fn assert_function_loads(schema: &FunctionSchema) -> Vec<Violation> {
    let mut found = Found::default();
    found.function(schema, &Path::root());
    found.0
}

impl Found {
    fn block(&mut self, block: &Block, path: &Path) {
        let mut names = BTreeSet::new();
        self.attributes(&block.attributes, path, &mut names);
        for nested in &block.blocks {
            let path = path.attribute(&nested.name);
            self.name(&nested.name, &path, &mut names);
            let (min, max) = (nested.min_items, nested.max_items);
            let fits = match nested.nesting {
                Nesting::Single => min == max && (0..=1).contains(&min),
                Nesting::Map => min == 0 && max == 0,
                Nesting::List | Nesting::Set => min >= 0 && max >= 0 && (max == 0 || min <= max),
            };
            if !fits {
                self.tell(&path, Rule::Items, format!("{min} to {max}"));
            }
            if nested.nesting != Nesting::Single && has_dynamic(&nested.block.to_type()) {
                self.add(&path, Rule::DynamicElement);
            }
            if nested.nesting == Nesting::Set && block_has_write_only(&nested.block) {
                self.add(&path, Rule::WriteOnlyInSet);
            }
            self.block(&nested.block, &path);
        }
    }

    fn attributes<'a>(
        &mut self,
        attributes: &'a [Attribute],
        path: &Path,
        names: &mut BTreeSet<&'a str>,
    ) {
        for attribute in attributes {
            let path = path.attribute(&attribute.name);
            self.name(&attribute.name, &path, names);
            if !(attribute.required || attribute.optional || attribute.computed) {
                self.add(&path, Rule::Class);
            }
            if attribute.required && (attribute.optional || attribute.computed) {
                self.add(&path, Rule::ClassConflict);
            }
            if attribute.write_only && attribute.computed {
                self.add(&path, Rule::WriteOnlyComputed);
            }
            match &attribute.ty {
                AttributeType::Plain(ty) => {
                    if dynamic_element(ty) {
                        self.add(&path, Rule::DynamicElement);
                    }
                }
                AttributeType::Nested(nesting, inner) => {
                    if *nesting != Nesting::Single && has_dynamic(&attribute.ty.to_type()) {
                        self.add(&path, Rule::DynamicElement);
                    }
                    if *nesting == Nesting::Set && has_write_only(inner) {
                        self.add(&path, Rule::WriteOnlyInSet);
                    }
                    self.attributes(inner, &path, &mut BTreeSet::new());
                }
            }
        }
    }

    fn name<'a>(&mut self, name: &'a str, path: &Path, names: &mut BTreeSet<&'a str>) {
        if !is_name(name) {
            self.add(path, Rule::Name);
        }
        if !names.insert(name) {
            self.add(path, Rule::NameTwice);
        }
    }

    fn identity(&mut self, identity: &IdentitySchema, path: &Path) {
        let mut names = BTreeSet::new();
        for attribute in &identity.attributes {
            let path = path.attribute(&attribute.name);
            self.name(&attribute.name, &path, &mut names);
            if !is_identity_type(&attribute.ty) {
                self.tell(&path, Rule::IdentityType, format!("{:?}", attribute.ty));
            }
        }
    }

    fn function(&mut self, function: &FunctionSchema, path: &Path) {
        let mut names = BTreeSet::new();
        for parameter in function.parameters.iter().chain(&function.variadic) {
            let path = path.attribute(&parameter.name);
            if !is_identifier(&parameter.name) {
                self.add(&path, Rule::Name);
            }
            if !names.insert(&parameter.name) {
                self.add(&path, Rule::NameTwice);
            }
        }
    }
}

/// Names of attributes and blocks. Terraform checks only those of blocks so; an attribute
/// named otherwise cannot be written in a configuration.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Identifiers of HCL, as far as ASCII goes.
fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn is_identity_type(ty: &Type) -> bool {
    match ty {
        Type::String | Type::Number | Type::Bool => true,
        Type::List(element) => is_identity_type(element),
        _ => false,
    }
}

fn has_dynamic(ty: &Type) -> bool {
    match ty {
        Type::Dynamic => true,
        Type::String | Type::Number | Type::Bool => false,
        Type::List(element) | Type::Set(element) | Type::Map(element) => has_dynamic(element),
        Type::Tuple(types) => types.iter().any(has_dynamic),
        Type::Object(types) => types.values().any(has_dynamic),
    }
}

/// Whether a collection in the type has elements with dynamic parts.
fn dynamic_element(ty: &Type) -> bool {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => has_dynamic(element),
        Type::Tuple(types) => types.iter().any(dynamic_element),
        Type::Object(types) => types.values().any(dynamic_element),
        _ => false,
    }
}

fn has_write_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let inner = match &attribute.ty {
            AttributeType::Nested(_, inner) => has_write_only(inner),
            AttributeType::Plain(_) => false,
        };
        attribute.write_only || inner
    })
}

fn block_has_write_only(block: &Block) -> bool {
    has_write_only(&block.attributes)
        || block
            .blocks
            .iter()
            .any(|nested| block_has_write_only(&nested.block))
}

#[cfg(test)]
mod tests {
    use plinth_protocol::{IdentityAttribute, Parameter};

    use super::super::sample::*;
    use super::*;

    fn rules(found: &[Violation]) -> Vec<(String, Rule)> {
        found.iter().map(|v| (v.path.to_string(), v.rule)).collect()
    }

    fn one(schema: &Schema) -> (String, Rule) {
        let found = rules(&assert_schema_loads(schema));
        assert_eq!(found.len(), 1, "{found:?}");
        found.into_iter().next().expect("one violation")
    }

    #[test]
    fn a_good_schema_loads() {
        let inner = || vec![string("a").required(), string("b").optional().computed()];
        let good = schema([
            string("name").required(),
            string("id").computed(),
            plain("any", Type::Dynamic).optional(),
            string("secret").optional().write_only(),
            nested("l", Nesting::List, inner()).optional(),
            nested("s", Nesting::Set, inner()).optional(),
        ])
        .with_block("rule", Nesting::List, inner());
        assert_eq!(assert_schema_loads(&good), []);
    }

    #[test]
    fn attributes_have_one_class() {
        assert_eq!(one(&schema([string("a")])), ("a".into(), Rule::Class));
        let conflict = ("a".into(), Rule::ClassConflict);
        assert_eq!(one(&schema([string("a").required().optional()])), conflict);
        assert_eq!(one(&schema([string("a").required().computed()])), conflict);
        let secret = schema([string("a").optional().computed().write_only()]);
        assert_eq!(one(&secret), ("a".into(), Rule::WriteOnlyComputed));
        let deep = schema([nested("n", Nesting::Single, vec![string("a")]).optional()]);
        assert_eq!(one(&deep), ("n.a".into(), Rule::Class));
    }

    #[test]
    fn names_are_plain_and_unique() {
        assert_eq!(one(&schema([string("Name").required()])).1, Rule::Name);
        assert_eq!(one(&schema([string("").required()])).1, Rule::Name);
        let twice = schema([string("a").required(), string("a").optional()]);
        assert_eq!(one(&twice).1, Rule::NameTwice);
        let both = schema([string("a").required()]).with_block("a", Nesting::List, vec![]);
        assert_eq!(one(&both).1, Rule::NameTwice);
        assert_eq!(
            one(&schema([]).with_block("a-b", Nesting::List, vec![])).1,
            Rule::Name
        );
    }

    #[test]
    fn blocks_have_possible_limits() {
        let limits = |nesting, min, max| {
            let mut schema = schema([]).with_block("b", nesting, vec![]);
            schema.block.blocks[0].min_items = min;
            schema.block.blocks[0].max_items = max;
            assert_schema_loads(&schema)
                .first()
                .map(|violation| violation.rule)
        };
        for (nesting, min, max) in [
            (Nesting::Single, 1, 1),
            (Nesting::List, 2, 0),
            (Nesting::Set, 1, 3),
            (Nesting::Map, 0, 0),
        ] {
            assert_eq!(limits(nesting, min, max), None);
        }
        for (nesting, min, max) in [
            (Nesting::Single, 0, 1),
            (Nesting::Single, 2, 2),
            (Nesting::List, 3, 2),
            (Nesting::Set, -1, 0),
            (Nesting::Map, 1, 0),
        ] {
            assert_eq!(
                limits(nesting, min, max),
                Some(Rule::Items),
                "{nesting:?} {min} {max}"
            );
        }
    }

    #[test]
    fn collections_hold_no_dynamic_values() {
        let any = || vec![plain("any", Type::Dynamic).optional()];
        for nesting in [Nesting::List, Nesting::Set, Nesting::Map] {
            let attribute = schema([nested("n", nesting, any()).optional()]);
            assert_eq!(one(&attribute), ("n".into(), Rule::DynamicElement));
            let block = schema([]).with_block("b", nesting, any());
            assert_eq!(one(&block), ("b".into(), Rule::DynamicElement));
        }
        assert_eq!(
            assert_schema_loads(&schema([]).with_block("b", Nesting::Single, any())),
            []
        );
        let ty = Type::object([("l", Type::list(Type::Dynamic))]);
        assert_eq!(
            one(&schema([plain("a", ty).optional()])).1,
            Rule::DynamicElement
        );
    }

    #[test]
    fn sets_hold_nothing_write_only() {
        let secret = || vec![string("secret").optional().write_only()];
        let attribute = schema([nested("n", Nesting::Set, secret()).optional()]);
        assert_eq!(one(&attribute), ("n".into(), Rule::WriteOnlyInSet));
        let block = schema([]).with_block("b", Nesting::Set, secret());
        assert_eq!(one(&block), ("b".into(), Rule::WriteOnlyInSet));
        let list = schema([nested("n", Nesting::List, secret()).optional()]);
        assert_eq!(assert_schema_loads(&list), []);
    }

    fn identity(ty: Type) -> IdentitySchema {
        let (name, description) = ("id".to_owned(), String::new());
        let attributes = vec![IdentityAttribute {
            name,
            ty,
            required: true,
            description,
        }];
        IdentitySchema {
            version: 0,
            attributes,
        }
    }

    #[test]
    fn identities_are_simple() {
        for good in [Type::String, Type::Number, Type::list(Type::String)] {
            assert_eq!(assert_identity_loads(&identity(good)), []);
        }
        let object = Type::object([("a", Type::String)]);
        for bad in [
            Type::set(Type::String),
            Type::map(Type::Bool),
            object,
            Type::Dynamic,
        ] {
            assert_eq!(
                assert_identity_loads(&identity(bad))[0].rule,
                Rule::IdentityType
            );
        }
    }

    fn function(names: &[&str]) -> FunctionSchema {
        let parameter = |name: &&str| Parameter {
            name: (*name).to_owned(),
            ty: Type::String,
            allow_null: false,
            allow_unknown: false,
            description: String::new(),
        };
        FunctionSchema {
            parameters: names.iter().map(parameter).collect(),
            variadic: None,
            returns: Type::String,
            summary: String::new(),
            description: String::new(),
            deprecated: None,
        }
    }

    #[test]
    fn parameters_are_identifiers() {
        assert_eq!(assert_function_loads(&function(&["a", "b_2", "c-d"])), []);
        assert_eq!(
            assert_function_loads(&function(&["2a"]))[0].rule,
            Rule::Name
        );
        assert_eq!(
            assert_function_loads(&function(&["a b"]))[0].rule,
            Rule::Name
        );
        assert_eq!(
            assert_function_loads(&function(&["a", "a"]))[0].rule,
            Rule::NameTwice
        );
        let variadic = function(&["a"]).parameters.remove(0);
        let clash = FunctionSchema {
            variadic: Some(variadic),
            ..function(&["a"])
        };
        assert_eq!(assert_function_loads(&clash)[0].rule, Rule::NameTwice);
    }

    #[test]
    fn everything_offered_is_checked() {
        let mut all = ProviderSchema::default();
        all.resources
            .insert("p_x".into(), schema([string("id").computed()]));
        all.identities.insert("p_x".into(), identity(Type::String));
        all.list_resources.insert("p_x".into(), schema([]));
        assert_eq!(assert_provider_loads(&all), []);
        all.provider = schema([string("a")]);
        all.data_sources.insert("p_y".into(), schema([string("b")]));
        all.functions.insert("2f".into(), function(&["a"]));
        all.identities.insert("p_z".into(), identity(Type::String));
        all.list_resources.insert("p_y".into(), schema([]));
        let expected = [
            ("provider.a".to_owned(), Rule::Class),
            ("data_sources[\"p_y\"].b".to_owned(), Rule::Class),
            ("functions[\"2f\"]".to_owned(), Rule::Name),
            ("identities[\"p_z\"]".to_owned(), Rule::IdentityUnused),
            ("list_resources[\"p_y\"]".to_owned(), Rule::ListedIdentity),
        ];
        assert_eq!(rules(&assert_provider_loads(&all)), expected);
    }
}
