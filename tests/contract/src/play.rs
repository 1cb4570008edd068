//! Plays a contract, chapter by chapter.

use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail, ensure};
use plinth_conformance::driver::{Action, State, configure};
use plinth_conformance::{Applied, Instance};
use plinth_protocol::{Provider, ProviderSchema, Value};
use serde_json::Value as Json;

use crate::capture::Capture;
use crate::{Contract, Expected, System};

/// How long a stopped request may go on.
const STOPPED: Duration = Duration::from_secs(1);

struct Play<'a, S> {
    contract: &'a Contract,
    system: &'a S,
    schema: ProviderSchema,
    capture: Capture,
}

pub(crate) async fn play(contract: &Contract, system: &impl System) -> anyhow::Result<()> {
    let schema = system.provider().schema();
    let capture = Capture::default();
    let _log = capture.log();
    let play = Play {
        contract,
        system,
        schema,
        capture,
    };
    play.life().await.context("create, change, destroy")?;
    play.removal().await.context("removed without Terraform")?;
    play.import().await.context("import")?;
    play.offline()
        .await
        .context("a connection that is not known yet")?;
    play.stop().await.context("stopped")?;
    let seen = play.capture.seen(&contract.secrets);
    ensure!(seen.is_empty(), "secrets were seen: {seen:#?}");
    Ok(())
}

impl<S: System> Play<'_, S> {
    async fn life(&self) -> anyhow::Result<()> {
        let provider = self.provider(&self.system.block()).await?;
        let mut instance = self.instance(&*provider)?;
        let created = self
            .apply(&mut instance, &self.contract.create, Action::Create)
            .await?;
        if let Some(respelled) = &self.contract.respelled {
            let planned = instance.plan(&self.config(respelled)?).await?;
            ensure!(
                planned.action == Action::NoOp,
                "respelling plans {:?}",
                planned.action
            );
        }
        for (config, expected) in &self.contract.changes {
            let action = match expected {
                Expected::Update => Action::Update,
                Expected::Replace => Action::Replace,
            };
            self.apply(&mut instance, config, action).await?;
        }
        let last = instance
            .state()
            .map_or(created, |state| state.value.clone());
        let destroyed = instance.destroy().await?;
        self.show(&destroyed);
        ensure!(
            !destroyed.failed(),
            "destroy failed: {:?}",
            destroyed.diagnostics
        );
        self.nothing_left(&last).await
    }

    async fn removal(&self) -> anyhow::Result<()> {
        let provider = self.provider(&self.system.block()).await?;
        let mut instance = self.instance(&*provider)?;
        self.apply(&mut instance, &self.contract.create, Action::Create)
            .await?;
        let state = stored(&instance)?;
        self.system.remove(&state.value).await?;
        ensure!(
            instance.refresh().await?.is_none(),
            "a refresh still finds it"
        );
        // Removed between the refresh and the delete.
        let mut late = self.instance(&*provider)?.with_state(state);
        self.apply(&mut late, &self.contract.create, Action::Create)
            .await?;
        let state = stored(&late)?;
        self.system.remove(&state.value).await?;
        let deleted = late.delete_without_refresh().await?;
        ensure!(
            !deleted.failed(),
            "deleting it again failed: {:?}",
            deleted.diagnostics
        );
        Ok(())
    }

    async fn import(&self) -> anyhow::Result<()> {
        let Some((id, except)) = &self.contract.import else {
            return Ok(());
        };
        let provider = self.provider(&self.system.block()).await?;
        let mut created = self.instance(&*provider)?;
        self.apply(&mut created, &self.contract.create, Action::Create)
            .await?;
        let created_state = stored(&created)?;
        let mut imported = self.instance(&*provider)?;
        let found = imported.import(id).await?.clone();
        for (name, ty) in attribute_types(&self.schema, self.contract.type_name) {
            let (one, other) = (created_state.value.get(&name), found.value.get(&name));
            let same = plinth_conformance::oracle::same(one, other, &ty);
            ensure!(
                same || except.contains(&name.as_str()),
                "{name} was {one:?} when created and is {other:?} when imported"
            );
        }
        let destroyed = created.destroy().await?;
        ensure!(
            !destroyed.failed(),
            "destroy failed: {:?}",
            destroyed.diagnostics
        );
        let missing = self.instance(&*provider)?.import(id).await.map(drop);
        ensure!(missing.is_err(), "what is not there was imported");
        Ok(())
    }

    async fn offline(&self) -> anyhow::Result<()> {
        let provider = self.provider(&self.system.block()).await?;
        let mut instance = self.instance(&*provider)?;
        self.apply(&mut instance, &self.contract.create, Action::Create)
            .await?;
        let state = stored(&instance)?;
        let later = self.system.provider();
        let unknown = self
            .system
            .connections()
            .iter()
            .map(|name| (*name, Value::UNKNOWN));
        let block = self.block(&Json::Object(serde_json::Map::new()), unknown)?;
        configure(&*later, &self.schema.provider, &block).await?;
        let mut kept = self.instance(&*later)?.with_state(state.clone());
        let planned = kept.plan(&self.config(&self.contract.create)?).await?;
        ensure!(
            planned.action == Action::NoOp,
            "an unchanged object plans {:?}",
            planned.action
        );
        let created = self
            .instance(&*later)?
            .plan(&self.config(&self.contract.create)?)
            .await?;
        ensure!(
            created.action == Action::Create,
            "a new object plans {:?}",
            created.action
        );
        let destroyed = instance.destroy().await?;
        ensure!(
            !destroyed.failed(),
            "destroy failed: {:?}",
            destroyed.diagnostics
        );
        Ok(())
    }

    /// Wherever the stop comes, the request ends within a second, and what is there is in the
    /// state.
    async fn stop(&self) -> anyhow::Result<()> {
        let mut interrupted = 0;
        for after in [0, 100, 400, 900] {
            let provider = self.provider(&self.system.slow_block()).await?;
            let mut instance = self.instance(&*provider)?;
            let config = self.config(&self.contract.create)?;
            let planned = instance.plan(&config).await?;
            let stop = async {
                tokio::time::sleep(Duration::from_millis(after)).await;
                provider.stop();
                Instant::now()
            };
            let apply = async {
                let applied = instance.apply_plan(&planned, &config).await;
                (applied, Instant::now())
            };
            let ((applied, ended), stopped) = tokio::join!(apply, stop);
            let took = ended.saturating_duration_since(stopped);
            ensure!(
                took < STOPPED,
                "stopped after {after} ms, it went on for {took:?}"
            );
            let applied = applied?;
            interrupted += usize::from(applied.failed());
            self.show(&applied);
            let healthy = self.provider(&self.system.block()).await?;
            match instance.state().cloned() {
                Some(state) => {
                    let mut left = self.instance(&*healthy)?.with_state(state);
                    if left.refresh().await?.is_some() {
                        let destroyed = left.destroy().await?;
                        ensure!(!destroyed.failed(), "{:?}", destroyed.diagnostics);
                    }
                }
                None => self.nothing_left(&planned.value).await.with_context(|| {
                    format!("stopped after {after} ms, nothing is in the state")
                })?,
            }
        }
        // Otherwise nothing was asserted but that an apply succeeds.
        ensure!(interrupted > 0, "no stop came before the end of an apply");
        Ok(())
    }

    async fn apply(
        &self,
        instance: &mut Instance<'_>,
        config: &Json,
        expected: Action,
    ) -> anyhow::Result<Value> {
        let applied = instance.apply(&self.config(config)?).await?;
        self.show(&applied);
        ensure!(!applied.failed(), "apply failed: {:?}", applied.diagnostics);
        ensure!(
            applied.action == expected,
            "{expected:?} was expected, not {:?}",
            applied.action
        );
        Ok(applied.state)
    }

    /// What Terraform stores or prints.
    fn show(&self, applied: &Applied) {
        self.capture.diagnostics(&applied.diagnostics);
        self.capture.text(&format!("{:?}", applied.state));
        self.capture
            .text(&String::from_utf8_lossy(&applied.private));
    }

    async fn nothing_left(&self, state: &Value) -> anyhow::Result<()> {
        let traces = self.system.traces(state).await?;
        if traces.is_empty() {
            return Ok(());
        }
        bail!("this is left: {traces:?}")
    }

    async fn provider(&self, block: &Json) -> anyhow::Result<Box<dyn Provider>> {
        let provider = self.system.provider();
        let block = self.block(block, [])?;
        configure(&*provider, &self.schema.provider, &block).await?;
        Ok(provider)
    }

    fn instance<'a>(&self, provider: &'a dyn Provider) -> anyhow::Result<Instance<'a>> {
        Ok(Instance::of_schema(
            provider,
            &self.schema,
            self.contract.type_name,
        )?)
    }

    fn config(&self, config: &Json) -> anyhow::Result<Value> {
        let schema = self.schema.resources.get(self.contract.type_name);
        let schema = schema.ok_or_else(|| anyhow!("no type {}", self.contract.type_name))?;
        Ok(Value::from_json(
            config.to_string().as_bytes(),
            &schema.block.to_type(),
        )?)
    }

    fn block<'v>(
        &self,
        block: &Json,
        unknown: impl IntoIterator<Item = (&'v str, Value)>,
    ) -> anyhow::Result<Value> {
        let ty = self.schema.provider.block.to_type();
        let mut value = Value::from_json(block.to_string().as_bytes(), &ty)?;
        if let Value::Map(attributes) = &mut value {
            attributes.extend(
                unknown
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value)),
            );
        }
        Ok(value)
    }
}

fn stored(instance: &Instance<'_>) -> anyhow::Result<State> {
    instance
        .state()
        .cloned()
        .ok_or_else(|| anyhow!("nothing is in the state"))
}

fn attribute_types(
    schema: &ProviderSchema,
    type_name: &str,
) -> Vec<(String, plinth_protocol::Type)> {
    let attributes = schema
        .resources
        .get(type_name)
        .map(|schema| &schema.block.attributes);
    attributes
        .into_iter()
        .flatten()
        .map(|a| (a.name.clone(), a.ty.to_type()))
        .collect()
}
