//! Values that only the configuration holds.

use plinth_framework::{
    Computed, Context, DurationText, Import, Model, Move, Resource, Result, Secret, Upgrade,
    WriteOnly,
};

use super::history::Old;
use crate::remote::Remote;
use crate::stored::nothing;

/// An object with a password that neither plan nor state holds.
#[derive(Model, Clone, Debug)]
pub struct Vault {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// The password.
    pub password: WriteOnly<Secret<String>>,
    /// Another one, in an object.
    pub inner: Option<Inner>,
    /// A secret that the state holds, but hides.
    pub shown: Option<Secret<String>>,
    /// How long writing takes.
    pub delay: Option<DurationText>,
    /// Length of the password, from the remote side.
    #[tf(volatile)]
    pub length: Computed<i64>,
}

/// An object with a password of its own.
#[derive(Model, Clone, Debug)]
pub struct Inner {
    /// The password.
    #[tf(required)]
    pub pin: WriteOnly<Secret<String>>,
    /// Length of the pin, from the remote side.
    pub length: Computed<i64>,
}

/// Version 0 kept its password in the state.
#[derive(Model)]
struct Version0 {
    /// Name of the object.
    name: String,
    /// The password.
    password: Secret<String>,
}

pub struct Secrets(pub Remote);

fn length(secret: &WriteOnly<Secret<String>>) -> Option<i64> {
    let value = secret.value.as_ref()?;
    i64::try_from(value.expose().len()).ok()
}

impl Secrets {
    async fn write(&self, cx: &mut Context, mut planned: Vault) -> Result<Vault> {
        if let Some(delay) = &planned.delay {
            cx.scope().sleep(delay.duration()).await?;
        }
        planned.length = length(&planned.password).into();
        if let Some(inner) = &mut planned.inner
            && inner.length.is_unknown()
        {
            inner.length = length(&inner.pin).into();
        }
        self.0.write(Self::TYPE, &planned.name, &planned)?;
        Ok(planned)
    }
}

impl Resource for Secrets {
    const TYPE: &'static str = "secret";
    const VERSION: i64 = 1;
    type Model = Vault;
    type Identity = ();

    async fn create(&self, cx: &mut Context, planned: Vault) -> Result<Vault> {
        self.write(cx, planned).await
    }

    async fn read(&self, _cx: &mut Context, state: Vault) -> Result<Option<Vault>> {
        self.0.load(Self::TYPE, &state.name)
    }

    async fn update(&self, cx: &mut Context, _prior: Vault, planned: Vault) -> Result<Vault> {
        self.write(cx, planned).await
    }

    async fn delete(&self, _cx: &mut Context, state: Vault) -> Result<()> {
        self.0.remove(Self::TYPE, &state.name)
    }

    /// What the provider gives here, write-only values and all, is what must not get through.
    async fn import(&self, _cx: &mut Context, target: Import<()>) -> Result<Vault> {
        let Import::Id(name) = target else {
            return Err(nothing("an identity"));
        };
        let mut found: Vault = self
            .0
            .load(Self::TYPE, &name)?
            .ok_or_else(|| nothing(&name))?;
        found.password.value = Some(Secret::new("from the remote side".to_owned()));
        Ok(found)
    }

    fn upgrades(&self) -> Vec<Upgrade<Vault>> {
        vec![Upgrade::new(0, |old: Version0| {
            Ok(vault(old.name, Some(old.password)))
        })]
    }

    fn moves(&self) -> Vec<Move<Vault>> {
        vec![Move::new("plinth/corner", "corner_old", |old: Old| {
            Ok(vault(old.name, Some(Secret::new(old.size))))
        })]
    }
}

fn vault(name: String, password: Option<Secret<String>>) -> Vault {
    Vault {
        name,
        password: WriteOnly {
            value: password,
            version: None,
        },
        inner: None,
        shown: None,
        delay: None,
        length: Computed::Null,
    }
}
