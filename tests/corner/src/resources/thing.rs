//! An object with an identity: imported by it, listed by it.

use std::ops::ControlFlow;

use plinth_framework::rules::not_empty;
use plinth_framework::{
    Computed, Context, Identity, Import, ListResource, Model, Resource, Result, Sink,
};

use crate::remote::Remote;
use crate::stored::nothing;

/// An object with an identity.
#[derive(Model, Clone, Debug)]
pub struct Thing {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// Where it is.
    #[tf(replace, default = "here", check = not_empty)]
    pub zone: String,
    /// Can be changed.
    pub label: Option<String>,
    /// Zone and name.
    pub id: Computed<String>,
}

/// What identifies it.
#[derive(Model, Clone, Debug)]
pub struct ThingIdentity {
    /// Name of the object.
    pub name: String,
    /// Where it is; `here` if it is left out.
    pub zone: Option<String>,
}

impl Identity<Thing> for ThingIdentity {
    fn of(thing: &Thing) -> Self {
        Self {
            name: thing.name.clone(),
            zone: Some(thing.zone.clone()),
        }
    }
}

/// Which objects are listed.
#[derive(Model, Clone, Debug)]
pub struct Wanted {
    /// Only those there.
    pub zone: Option<String>,
}

pub struct Things(pub Remote);

fn key(zone: &str, name: &str) -> String {
    format!("{zone}.{name}")
}

impl Resource for Things {
    const TYPE: &'static str = "thing";
    type Model = Thing;
    type Identity = ThingIdentity;

    async fn create(&self, _cx: &mut Context, mut planned: Thing) -> Result<Thing> {
        let key = key(&planned.zone, &planned.name);
        planned.id = format!("{}/{}", planned.zone, planned.name).into();
        self.0.write(Self::TYPE, &key, &planned)?;
        Ok(planned)
    }

    async fn read(&self, _cx: &mut Context, state: Thing) -> Result<Option<Thing>> {
        self.0.load(Self::TYPE, &key(&state.zone, &state.name))
    }

    async fn update(&self, _cx: &mut Context, _prior: Thing, planned: Thing) -> Result<Thing> {
        self.0
            .write(Self::TYPE, &key(&planned.zone, &planned.name), &planned)?;
        Ok(planned)
    }

    async fn delete(&self, _cx: &mut Context, state: Thing) -> Result<()> {
        self.0.remove(Self::TYPE, &key(&state.zone, &state.name))
    }

    async fn import(&self, _cx: &mut Context, target: Import<ThingIdentity>) -> Result<Thing> {
        let identity = target.identity_or("ZONE/NAME", |id| {
            let (zone, name) = id.split_once('/')?;
            Some(ThingIdentity {
                name: name.to_owned(),
                zone: Some(zone.to_owned()),
            })
        })?;
        let zone = identity.zone.as_deref().unwrap_or("here");
        let key = key(zone, &identity.name);
        self.0.load(Self::TYPE, &key)?.ok_or_else(|| nothing(&key))
    }
}

impl ListResource for Things {
    type Resource = Self;
    type Config = Wanted;

    async fn list(&self, _cx: &mut Context, config: Wanted, sink: &mut Sink<Self>) -> Result<()> {
        for name in self.0.names(<Self as Resource>::TYPE)? {
            let Some(thing) = self.0.load::<Thing>(<Self as Resource>::TYPE, &name)? else {
                continue;
            };
            if config.zone.as_ref().is_some_and(|zone| *zone != thing.zone) {
                continue;
            }
            let shown = format!("{} in {}", thing.name, thing.zone);
            if sink.found(&shown, &thing).await == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }
}
