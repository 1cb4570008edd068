//! Checking configurations, and the provider block.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use plinth_protocol::{
    ClientCapabilities, ConfigureProvider, Diagnostic, ValidateConfig, ValidateProviderConfig,
    Value,
};

use super::{decode, errors, told};
use crate::erased::Described;
use crate::erased_others::Configured;
use crate::{Diagnostics, Registry, Result};

impl Registry {
    pub(super) fn validate_block(&self, request: &ValidateProviderConfig) -> Vec<Diagnostic> {
        let described = self.provider.described();
        let config = match decode(&request.config, &described.ty, "provider block") {
            Ok(config) => config,
            Err(unreadable) => return unreadable.0,
        };
        errors(checked(
            described,
            &config,
            all_allowed(),
            |config, found| {
                self.provider.check(config, found);
            },
        ))
    }

    pub(super) async fn configure_block(&self, request: ConfigureProvider) -> Vec<Diagnostic> {
        let mut cx = self.context(self.provider.timeout());
        cx.client = request.client;
        let described = self.provider.described();
        let result = async {
            let config = decode(&request.config, &described.ty, "provider block")?;
            self.provider_known
                .store(config.is_wholly_known(), Ordering::Relaxed);
            cx.config = Arc::new(config.clone());
            cx.provider_known = config.is_wholly_known();
            // A provider without a block may be sent null.
            let config = if config.is_null() {
                Value::Map([].into())
            } else {
                config
            };
            self.provider.configure(&mut cx, config).await
        }
        .await;
        told(&mut cx, result)
    }
}

/// Only managed resources are sent what their caller can do.
fn all_allowed() -> ClientCapabilities {
    ClientCapabilities {
        deferral_allowed: false,
        write_only_attributes_allowed: true,
    }
}

fn checked(
    described: &Described,
    config: &Value,
    client: ClientCapabilities,
    check: impl FnOnce(&Value, &mut Diagnostics),
) -> Diagnostics {
    let mut found = Diagnostics::default();
    crate::validate::validate(&described.object, config, client, &mut found);
    // An author's check may rely on the values fitting their types.
    if !found.has_errors() && !config.is_null() {
        check(config, &mut found);
    }
    found
}

/// Checks the configuration of a managed resource.
pub(super) fn validate(
    described: &Described,
    request: &ValidateConfig,
    check: impl FnOnce(&Value, &mut Diagnostics),
) -> Vec<Diagnostic> {
    match decode(&request.config, &described.ty, "configuration") {
        Ok(config) => errors(checked(described, &config, request.client, check)),
        Err(unreadable) => unreadable.0,
    }
}

/// Checks any other configuration.
pub(super) fn validate_with<T: Configured + ?Sized>(
    one: &T,
    request: &ValidateConfig,
) -> Vec<Diagnostic> {
    match decode(&request.config, &one.described().ty, "configuration") {
        Ok(config) => {
            let check = |config: &Value, found: &mut Diagnostics| one.check(config, found);
            errors(checked(one.described(), &config, all_allowed(), check))
        }
        Err(unreadable) => unreadable.0,
    }
}

/// The configuration of a call, in which nothing may be unknown any more.
pub(super) fn known_config(value: &plinth_protocol::DynamicValue, of: &Described) -> Result<Value> {
    let config = decode(value, &of.ty, "configuration")?;
    if config.is_wholly_known() {
        return Ok(config);
    }
    Err(Diagnostic::error("The configuration is not known yet").into())
}
