//! An ephemeral resource that leaves a trace of its life.

use std::time::{Duration, SystemTime};

use plinth_framework::{
    Computed, Context, Diagnostic, EphemeralResource, Model, Opened, Result, Secret,
};

use crate::remote::Remote;

/// A lease. Its log in the directory has a line for each of open, renew and close.
#[derive(Model, Clone, Debug)]
pub struct Lease {
    /// Name of its log.
    pub name: String,
    /// What the token is made of.
    pub seed: Secret<String>,
    /// Whether it is to be renewed once.
    #[tf(default = false)]
    pub renew: bool,
    /// The token; in no plan and no state.
    pub token: Computed<Secret<String>>,
}

pub struct Leases(pub Remote);

impl EphemeralResource for Leases {
    const TYPE: &'static str = "lease";
    type Model = Lease;

    async fn open(&self, cx: &mut Context, mut config: Lease) -> Result<Opened<Lease>> {
        self.0.log("lease", &config.name, "open")?;
        cx.private().set("name", config.name.clone());
        config.token = Computed::Known(Secret::new(format!("token-{}", config.seed.expose())));
        let renew_at = config
            .renew
            .then(|| SystemTime::now() + Duration::from_secs(1));
        Ok(Opened {
            model: config,
            renew_at,
        })
    }

    async fn renew(&self, cx: &mut Context) -> Result<Option<SystemTime>> {
        let name = name(cx)?;
        self.0.log("lease", &name, "renew")?;
        Ok(Some(SystemTime::now() + Duration::from_secs(3600)))
    }

    async fn close(&self, cx: &mut Context) -> Result<()> {
        let name = name(cx)?;
        self.0.log("lease", &name, "close")
    }
}

fn name(cx: &mut Context) -> Result<String> {
    let name = cx.private().text("name").map(str::to_owned);
    name.ok_or_else(|| Diagnostic::error("What open had kept did not come back").into())
}
