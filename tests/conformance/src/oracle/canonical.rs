//! Values brought into a form in which `==` is Terraform's equality.

use plinth_protocol::{Type, Value};

/// The value without refinements, its sets in one order and each known element in them once.
///
/// Unknown elements stay as often as they are: they may turn out different.
pub fn canonical(value: &Value, ty: &Type) -> Value {
    match (value, ty) {
        (Value::Unknown(_), _) => Value::UNKNOWN,
        (Value::List(elements), Type::Set(element)) => {
            let mut elements: Vec<_> = elements.iter().map(|v| canonical(v, element)).collect();
            elements.sort();
            elements.dedup_by(|a, b| a == b && a.is_wholly_known());
            Value::List(elements)
        }
        (Value::List(elements), Type::List(element)) => {
            Value::List(elements.iter().map(|v| canonical(v, element)).collect())
        }
        (Value::List(elements), Type::Tuple(types)) => {
            let elements = elements.iter().enumerate();
            let known = |i: usize, v| {
                types
                    .get(i)
                    .map_or_else(|| Value::clone(v), |t| canonical(v, t))
            };
            Value::List(elements.map(|(i, v)| known(i, v)).collect())
        }
        (Value::Map(elements), Type::Map(element)) => {
            Value::map(elements.iter().map(|(k, v)| (k, canonical(v, element))))
        }
        (Value::Map(elements), Type::Object(types)) => {
            let known = |k: &String, v| {
                types
                    .get(k)
                    .map_or_else(|| Value::clone(v), |t| canonical(v, t))
            };
            Value::map(elements.iter().map(|(k, v)| (k, known(k, v))))
        }
        (Value::Dynamic(inner), _) => {
            let (ty, value) = inner.as_ref();
            Value::Dynamic(Box::new((ty.clone(), canonical(value, ty))))
        }
        _ => value.clone(),
    }
}

/// Whether two values of a type are equal for Terraform: sets without order, refinements of
/// unknown values left aside.
pub fn same(a: &Value, b: &Value, ty: &Type) -> bool {
    canonical(a, ty) == canonical(b, ty)
}

static UNKNOWN: Value = Value::UNKNOWN;
static NULL: Value = Value::Null;

/// An attribute of an object, where a null object has null ones and an unknown one unknown.
pub(super) fn child<'a>(object: &'a Value, name: &str) -> &'a Value {
    if object.is_unknown() {
        &UNKNOWN
    } else {
        object.get(name)
    }
}

/// An element of a list, null where there is none.
pub(super) fn item(list: &Value, index: usize) -> &Value {
    items(list).get(index).unwrap_or(&NULL)
}

/// The elements of a list or set; none of a null or unknown one.
pub(super) fn items(list: &Value) -> &[Value] {
    match list {
        Value::List(elements) => elements,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use plinth_protocol::Refinements;

    use super::*;

    #[test]
    fn sets_have_no_order_and_known_elements_once() {
        let ty = Type::set(Type::Number);
        let a = Value::List(vec![2.into(), 1.into(), 2.into()]);
        let b = Value::List(vec![1.into(), 2.into()]);
        assert!(same(&a, &b, &ty));
        assert!(!same(&a, &b, &Type::list(Type::Number)));
        let unknown = Value::List(vec![Value::UNKNOWN, Value::UNKNOWN]);
        assert!(!same(&unknown, &Value::List(vec![Value::UNKNOWN]), &ty));
    }

    #[test]
    fn refinements_do_not_matter() {
        let refined = Refinements {
            null: Some(false),
            ..Refinements::default()
        };
        let ty = Type::object([("a", Type::String)]);
        let a = Value::map([("a", Value::Unknown(Some(Box::new(refined))))]);
        assert!(same(&a, &Value::map([("a", Value::UNKNOWN)]), &ty));
    }

    #[test]
    fn children_of_unknown_are_unknown() {
        assert_eq!(child(&Value::UNKNOWN, "a"), &Value::UNKNOWN);
        assert_eq!(child(&Value::Null, "a"), &Value::Null);
        assert_eq!(item(&Value::List(vec![]), 0), &Value::Null);
    }
}
