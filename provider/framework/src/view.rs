//! Configurations and plans in which something may still be unknown.

use std::marker::PhantomData;

use plinth_protocol::Value;

use crate::model::{Attr, Model};
use crate::{Field, Maybe};

/// Typed access to an object of model `M`, parts of which may be unknown.
#[derive(Debug)]
pub struct View<'a, M> {
    object: &'a Value,
    of: PhantomData<fn() -> M>,
}

impl<M> Clone for View<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for View<'_, M> {}

impl<'a, M: Model> View<'a, M> {
    pub(crate) fn new(object: &'a Value) -> Self {
        Self {
            object,
            of: PhantomData,
        }
    }

    /// An attribute's value; unknown as soon as anything in it is.
    ///
    /// A value that does not fit its type is reported where the whole configuration is
    /// checked, so here it counts as unknown: nothing can be said of it.
    pub fn get<F: Field>(&self, attr: Attr<M, F>) -> Maybe<F::Inner> {
        match self.value(attr) {
            Value::Null => Maybe::Null,
            value if !value.is_wholly_known() => Maybe::Unknown,
            value => F::Inner::decode(value.clone()).map_or(Maybe::Unknown, Maybe::Known),
        }
    }

    /// An attribute's value as Terraform sent it.
    pub fn value<F: Field>(&self, attr: Attr<M, F>) -> &'a Value {
        self.object.get(attr.name())
    }

    /// Whether an attribute is set, known or not.
    pub fn is_set<F: Field>(&self, attr: Attr<M, F>) -> bool {
        !self.value(attr).is_null()
    }

    /// The nested object of an attribute, to look into although parts of it are unknown.
    pub fn nested<N: Model, F: Field<Inner = N>>(&self, attr: Attr<M, F>) -> View<'a, N> {
        View::new(self.value(attr))
    }

    /// Whether nothing in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        self.object.is_wholly_known()
    }
}
