//! Managed resources.

use std::future::Future;
use std::time::Duration;

use plinth_protocol::{Diagnostic, Path};

use crate::change::Change;
use crate::context::Context;
use crate::history::{Move, Upgrade};
use crate::model::Model;
use crate::view::View;
use crate::{Diagnostics, Result};

/// A kind of object that Terraform creates, changes and deletes.
///
/// Five functions make a resource; everything else has a default. The framework never calls
/// a function with a value the function's types cannot express: nothing is unknown in
/// `create`, `read`, `update` and `delete` but what is [`Computed`](crate::Computed).
pub trait Resource: Send + Sync + 'static {
    /// Type name without the provider's prefix, such as `host_file`.
    const TYPE: &'static str;

    /// Version of the state; raise it together with a new [`Upgrade`].
    const VERSION: i64 = 0;

    /// How long each operation may take when the configuration has no `timeouts`.
    const TIMEOUT: Duration = Duration::from_secs(20 * 60);

    /// Schema and state.
    type Model: Model;

    /// What identifies the object for good; `()` for none.
    type Identity: Identity<Self::Model>;

    /// Checks what types and rules cannot say. Called at validate and at plan; parts of the
    /// configuration may be unknown.
    fn check(&self, _config: View<'_, Self::Model>, _found: &mut Diagnostics) {}

    /// Adjusts the plan: looks at the real object, sets computed values, asks for a
    /// replacement. Called with a null plan before a destroy, too.
    fn plan(
        &self,
        _cx: &mut Context,
        _change: &mut Change<'_, Self::Model>,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Creates the object. Call [`Context::save`] the moment it exists.
    fn create(
        &self,
        cx: &mut Context,
        planned: Self::Model,
    ) -> impl Future<Output = Result<Self::Model>> + Send;

    /// Looks what is there; `None` when it is gone.
    fn read(
        &self,
        cx: &mut Context,
        state: Self::Model,
    ) -> impl Future<Output = Result<Option<Self::Model>>> + Send;

    /// Changes the object. Not needed where every attribute asks for a replacement.
    fn update(
        &self,
        _cx: &mut Context,
        _prior: Self::Model,
        _planned: Self::Model,
    ) -> impl Future<Output = Result<Self::Model>> + Send {
        async {
            Err(Diagnostic::error(format!("{} cannot be changed in place", Self::TYPE))
                .detail("This is a defect of the provider: the plan should have been a replacement.")
                .into())
        }
    }

    /// Deletes the object; one that is gone already is deleted.
    fn delete(
        &self,
        cx: &mut Context,
        state: Self::Model,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Finds an object that Terraform does not know yet.
    fn import(
        &self,
        _cx: &mut Context,
        _target: Import<Self::Identity>,
    ) -> impl Future<Output = Result<Self::Model>> + Send {
        async {
            Err(
                Diagnostic::error(format!("{} cannot be imported", Self::TYPE))
                    .detail("Write the resource without an import and apply it.")
                    .into(),
            )
        }
    }

    /// How states of older versions become states of this one.
    fn upgrades(&self) -> Vec<Upgrade<Self::Model>> {
        Vec::new()
    }

    /// Which other types a `moved` block may turn into this one.
    fn moves(&self) -> Vec<Move<Self::Model>> {
        Vec::new()
    }
}

/// What identifies an object of model `M` for good: primitives, and lists of them.
pub trait Identity<M>: Model {
    /// The identity of an object.
    fn of(model: &M) -> Self;
}

impl<M> Identity<M> for () {
    fn of(_model: &M) -> Self {}
}

/// What a user gave to import an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import<I> {
    /// The text of `terraform import` or of an import block's `id`.
    Id(String),
    /// An import block's `identity`.
    Identity(I),
}

impl<I> Import<I> {
    /// The identity given, or the one that `parse` makes of the text.
    ///
    /// # Errors
    /// An error that shows `format` when `parse` gives none.
    pub fn identity_or(self, format: &str, parse: impl FnOnce(&str) -> Option<I>) -> Result<I> {
        match self {
            Self::Identity(identity) => Ok(identity),
            Self::Id(id) => parse(&id).ok_or_else(|| {
                Diagnostic::error("Invalid import id")
                    .detail(format!("{id:?} does not have the form {format}."))
                    .at(Path::root())
                    .into()
            }),
        }
    }
}
