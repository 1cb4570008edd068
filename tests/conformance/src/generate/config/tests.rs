//! The oracle accepts what is right by construction and notices one wrong value.

use super::super::{Shape, any_schema};
use super::*;
use crate::oracle::{
    assert_conforms, assert_no_unknown, assert_object_compatible, assert_plan_valid,
    assert_write_only_null, canonical, proposed_new, same,
};

fn configured(holes: Holes) -> impl Strategy<Value = (Schema, Value)> {
    any_schema(Shape::default())
        .prop_flat_map(move |schema| (Just(schema.clone()), any_config(&schema, holes)))
}

fn planned(
    config_holes: Holes,
    plan_holes: Holes,
) -> impl Strategy<Value = (Schema, Value, Value)> {
    configured(config_holes).prop_flat_map(move |(schema, config)| {
        let plan = any_plan(&schema, &config, plan_holes);
        (Just(schema), Just(config), plan)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn configurations_conform((schema, config) in configured(Holes::NullAndUnknown)) {
        prop_assert_eq!(assert_conforms(&config, &schema.block.to_type()), []);
    }

    #[test]
    fn hidden_configurations_come_true(
        (schema, (at_plan, at_apply)) in any_schema(Shape::default())
            .prop_flat_map(|schema| (Just(schema.clone()), any_config_pair(&schema)))
    ) {
        prop_assert_eq!(assert_conforms(&at_plan, &schema.block.to_type()), []);
        prop_assert_eq!(assert_no_unknown(&at_apply), []);
        prop_assert_eq!(assert_object_compatible(&schema, &at_plan, &at_apply), []);
    }

    #[test]
    fn right_plans_are_valid(
        (schema, config, plan) in planned(Holes::NullAndUnknown, Holes::NullAndUnknown)
    ) {
        prop_assert_eq!(assert_plan_valid(&schema, &Value::Null, &config, &plan), []);
    }

    #[test]
    fn keeping_everything_is_valid((schema, config, state) in planned(Holes::Null, Holes::Null)) {
        prop_assert_eq!(assert_no_unknown(&state), []);
        prop_assert_eq!(assert_write_only_null(&schema, &state), []);
        prop_assert_eq!(assert_plan_valid(&schema, &state, &config, &state), []);
        prop_assert_eq!(assert_object_compatible(&schema, &state, &state), []);
    }

    #[test]
    fn proposals_repeat((schema, config, state) in planned(Holes::Null, Holes::Null)) {
        let ty = schema.block.to_type();
        let proposed = proposed_new(&schema, &state, &config);
        prop_assert_eq!(assert_conforms(&proposed, &ty), []);
        let again = proposed_new(&schema, &proposed, &config);
        prop_assert!(same(&again, &proposed, &ty), "{:?}\n{:?}", proposed, again);
    }

    #[test]
    fn a_wrong_planned_value_is_noticed(
        (schema, config, plan) in planned(Holes::Null, Holes::Null),
        which in any::<prop::sample::Index>(),
    ) {
        let mut count = 0;
        let mut nothing = |_: &mut Value| count += 1;
        visit_block(&schema.block, &config, &mut plan.clone(), &mut nothing);
        prop_assume!(count > 0);
        let which = which.index(count);
        let mut wrong = plan.clone();
        let mut seen = 0;
        visit_block(&schema.block, &config, &mut wrong, &mut |value| {
            if seen == which {
                spoil(value);
            }
            seen += 1;
        });
        let ty = schema.block.to_type();
        prop_assert_ne!(canonical(&wrong, &ty), canonical(&plan, &ty));
        prop_assert_ne!(assert_plan_valid(&schema, &Value::Null, &config, &wrong), []);
        prop_assert_ne!(assert_object_compatible(&schema, &plan, &wrong), []);
    }
}

/// Calls `visit` with each planned value that the configuration alone decides.
fn visit_block(
    block: &Block,
    config: &Value,
    plan: &mut Value,
    visit: &mut impl FnMut(&mut Value),
) {
    visit_attributes(&block.attributes, config, plan, visit);
    for nested in &block.blocks {
        let config = config.get(&nested.name);
        let Value::Map(plan) = plan else { return };
        let Some(plan) = plan.get_mut(&nested.name) else {
            continue;
        };
        pairs(nested.nesting, config, plan, &mut |config, plan| {
            visit_block(&nested.block, config, plan, visit);
        });
    }
}

fn visit_attributes(
    attributes: &[Attribute],
    config: &Value,
    plan: &mut Value,
    visit: &mut impl FnMut(&mut Value),
) {
    for attribute in attributes.iter().filter(|attribute| !attribute.write_only) {
        let config = config.get(&attribute.name);
        let Value::Map(plan) = &mut *plan else { return };
        let Some(plan) = plan.get_mut(&attribute.name) else {
            continue;
        };
        match &attribute.ty {
            _ if config.is_null() => {}
            // Null and dynamic promise nothing to a later value.
            AttributeType::Plain(_) => visit(plan),
            AttributeType::Nested(nesting, inner) => {
                pairs(*nesting, config, plan, &mut |config, plan| {
                    visit_attributes(inner, config, plan, visit);
                });
            }
        }
    }
}

fn pairs(
    nesting: Nesting,
    config: &Value,
    plan: &mut Value,
    visit: &mut impl FnMut(&Value, &mut Value),
) {
    match (nesting, config, plan) {
        (Nesting::Single, config, plan) if !config.is_null() => visit(config, plan),
        (_, Value::List(config), Value::List(plan)) => {
            config
                .iter()
                .zip(plan)
                .for_each(|(config, plan)| visit(config, plan));
        }
        (_, Value::Map(config), Value::Map(plan)) => {
            for (key, config) in config {
                if let Some(plan) = plan.get_mut(key) {
                    visit(config, plan);
                }
            }
        }
        _ => {}
    }
}

/// Makes another value of it that no generator makes.
fn spoil(value: &mut Value) {
    match value {
        Value::String(text) => text.push('!'),
        Value::Bool(flag) => *flag = !*flag,
        Value::Number(number) => *number = 4711.into(),
        other => *other = Value::Null,
    }
}
