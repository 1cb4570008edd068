//! The one resource behind most cases: what was planned is written down, and read back.

use std::marker::PhantomData;

use plinth_framework::{
    Change, Context, Diagnostic, Diagnostics, Import, Model, Move, Resource, Result, Upgrade, View,
};

use crate::remote::Remote;

/// A model whose objects are files.
pub trait Stored: Model + Clone {
    /// Type name without prefix.
    const TYPE: &'static str;

    /// Version of the state.
    const VERSION: i64 = 0;

    /// Name of the file.
    fn name(&self) -> &str;

    /// What the remote side makes of a new or changed object.
    fn settle(&mut self, _cx: &mut Context) {}

    /// Checks of the whole configuration.
    fn check(_config: View<'_, Self>, _found: &mut Diagnostics) {}

    /// Adjusts the plan.
    fn plan(_cx: &mut Context, _change: &mut Change<'_, Self>) -> Result<()> {
        Ok(())
    }

    /// States of older versions.
    fn upgrades() -> Vec<Upgrade<Self>> {
        Vec::new()
    }

    /// States of other types.
    fn moves() -> Vec<Move<Self>> {
        Vec::new()
    }
}

/// The resource of a model.
pub struct Files<M>(Remote, PhantomData<fn() -> M>);

impl<M> Files<M> {
    pub fn new(remote: &Remote) -> Self {
        Self(remote.clone(), PhantomData)
    }
}

impl<M: Stored> Resource for Files<M> {
    const TYPE: &'static str = M::TYPE;
    const VERSION: i64 = M::VERSION;
    type Model = M;
    type Identity = ();

    fn check(&self, config: View<'_, M>, found: &mut Diagnostics) {
        M::check(config, found);
    }

    async fn plan(&self, cx: &mut Context, change: &mut Change<'_, M>) -> Result<()> {
        M::plan(cx, change)
    }

    async fn create(&self, cx: &mut Context, mut planned: M) -> Result<M> {
        planned.settle(cx);
        self.0.write(M::TYPE, planned.name(), &planned)?;
        Ok(planned)
    }

    async fn read(&self, _cx: &mut Context, state: M) -> Result<Option<M>> {
        if !self.0.is_known() {
            return Ok(Some(state));
        }
        self.0.load(M::TYPE, state.name())
    }

    async fn update(&self, cx: &mut Context, _prior: M, mut planned: M) -> Result<M> {
        planned.settle(cx);
        self.0.write(M::TYPE, planned.name(), &planned)?;
        Ok(planned)
    }

    async fn delete(&self, _cx: &mut Context, state: M) -> Result<()> {
        self.0.remove(M::TYPE, state.name())
    }

    async fn import(&self, _cx: &mut Context, target: Import<()>) -> Result<M> {
        let Import::Id(name) = target else {
            return Err(nothing("an identity"));
        };
        self.0.load(M::TYPE, &name)?.ok_or_else(|| nothing(&name))
    }

    fn upgrades(&self) -> Vec<Upgrade<M>> {
        M::upgrades()
    }

    fn moves(&self) -> Vec<Move<M>> {
        M::moves()
    }
}

pub fn nothing(name: &str) -> Diagnostics {
    Diagnostic::error(format!("There is no object {name}")).into()
}
