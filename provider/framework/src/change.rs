//! A plan in the hands of a resource.

use plinth_protocol::{Diagnostic, Path, Value};

use crate::model::{Attr, Model};
use crate::schema::ObjectSchema;
use crate::view::View;
use crate::{Field, Result};

/// What a plan does with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// There was none.
    Create,
    /// It changes.
    Update,
    /// It stays as it is.
    Nothing,
    /// It goes.
    Delete,
}

/// A planned change, to look at and to adjust.
#[derive(Debug)]
pub struct Change<'a, M> {
    schema: &'a ObjectSchema,
    prior: &'a Value,
    config: &'a Value,
    planned: &'a mut Value,
    requires_replace: &'a mut Vec<Path>,
    of: std::marker::PhantomData<fn() -> M>,
}

impl<'a, M: Model> Change<'a, M> {
    pub(crate) fn new(
        schema: &'a ObjectSchema,
        prior: &'a Value,
        config: &'a Value,
        planned: &'a mut Value,
        requires_replace: &'a mut Vec<Path>,
    ) -> Self {
        Self {
            schema,
            prior,
            config,
            planned,
            requires_replace,
            of: std::marker::PhantomData,
        }
    }

    /// What the plan does, as it stands now.
    pub fn action(&self) -> Action {
        if self.planned.is_null() {
            Action::Delete
        } else if self.prior.is_null() {
            Action::Create
        } else if crate::plan::same(&self.schema.to_type(), self.prior, self.planned) {
            Action::Nothing
        } else {
            Action::Update
        }
    }

    /// What the state has; nothing on create.
    ///
    /// # Errors
    /// A state that does not fit the model.
    pub fn prior(&self) -> Result<Option<M>> {
        if self.prior.is_null() {
            return Ok(None);
        }
        Ok(Some(M::decode_object(self.prior.clone())?))
    }

    /// The plan as a model, when nothing in it is unknown but what is computed; nothing on
    /// destroy.
    pub fn planned_model(&self) -> Option<M> {
        M::decode_object(self.planned.clone()).ok()
    }

    /// The plan as it stands now.
    pub fn planned(&self) -> View<'_, M> {
        View::new(self.planned)
    }

    /// The state, attribute by attribute.
    pub fn prior_view(&self) -> View<'_, M> {
        View::new(self.prior)
    }

    /// The configuration, write-only values included.
    pub fn config(&self) -> View<'_, M> {
        View::new(self.config)
    }

    /// Whether an attribute's planned value differs from the state's.
    pub fn changes<F: Field>(&self, attr: Attr<M, F>) -> bool {
        self.changes_named(attr.name())
    }

    /// The same for an attribute that is no field: the version twin of a write-only one.
    pub fn changes_named(&self, name: &str) -> bool {
        let Some(attribute) = self.schema.attribute(name) else {
            return false;
        };
        let (old, new) = (self.prior.get(name), self.planned.get(name));
        !crate::plan::same(&attribute.ty.to_type(), old, new)
    }

    /// Plans a value for a computed attribute.
    ///
    /// # Errors
    /// The configuration sets the attribute, or the provider may not: Terraform would refuse
    /// the plan.
    pub fn set<F: Field>(&mut self, attr: Attr<M, F>, value: &F) -> Result<()> {
        self.put(attr.name(), value.encode())
    }

    /// Leaves a computed attribute to apply.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn set_unknown<F: Field>(&mut self, attr: Attr<M, F>) -> Result<()> {
        self.put(attr.name(), Value::UNKNOWN)
    }

    /// Asks for a new object because of this attribute.
    pub fn replace<F: Field>(&mut self, attr: Attr<M, F>) {
        self.replace_named(attr.name());
    }

    /// The same for an attribute that is no field: the version twin of a write-only one.
    pub fn replace_named(&mut self, name: &str) {
        self.requires_replace.push(Path::from(name));
    }

    fn put(&mut self, name: &'static str, value: Value) -> Result<()> {
        let allowed = self
            .schema
            .attribute(name)
            .is_some_and(|attribute| attribute.is_computed() && self.config.get(name).is_null());
        match &mut *self.planned {
            Value::Map(attributes) if allowed => {
                attributes.insert(name.to_owned(), value);
                Ok(())
            }
            _ => Err(
                Diagnostic::error("Attribute cannot be planned by the provider")
                    .detail(
                        "This is a defect of the provider: the configuration decides the value of \
                     this attribute.",
                    )
                    .at(name)
                    .into(),
            ),
        }
    }
}
