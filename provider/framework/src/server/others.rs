//! Data sources, ephemeral resources, the planning of actions.

use std::sync::Arc;

use plinth_protocol::{
    ActionRequest, Diagnostic, DynamicValue, HeldEphemeralResource, OpenEphemeralResource,
    OpenEphemeralResourceResponse, PlanActionResponse, ReadDataSource, ReadDataSourceResponse,
    RenewEphemeralResourceResponse, Value,
};

use super::configs::known_config;
use super::{decode, told};
use crate::ephemeral::lease;
use crate::erased_others::{AnyAction, AnyDataSource, AnyEphemeral};
use crate::timeouts::timeout;
use crate::{Private, Registry, spelling};

impl Registry {
    pub(super) async fn read_data(
        &self,
        data_source: &dyn AnyDataSource,
        request: ReadDataSource,
    ) -> ReadDataSourceResponse {
        let described = data_source.described();
        let mut cx = self.context(data_source.timeout());
        cx.client = request.client;
        let read = async {
            let config = known_config(&request.config, described)?;
            if let Some(timeout) = timeout(&config, "read") {
                cx.set_timeout(timeout);
            }
            cx.config = Arc::new(config.clone());
            let found = data_source.read(&mut cx, config.clone()).await?;
            Ok(spelling::keep(&described.object, &config, found))
        }
        .await;
        let (state, result) = match read {
            Ok(state) => (DynamicValue::encode(&state, &described.ty), Ok(())),
            Err(errors) => (DynamicValue::default(), Err(errors)),
        };
        ReadDataSourceResponse {
            state,
            deferred: cx.deferred,
            diagnostics: told(&mut cx, result),
        }
    }

    pub(super) async fn open(
        &self,
        ephemeral: &dyn AnyEphemeral,
        request: OpenEphemeralResource,
    ) -> OpenEphemeralResourceResponse {
        let described = ephemeral.described();
        let mut cx = self.context(ephemeral.timeout());
        cx.client = request.client;
        let opened = async {
            let config = known_config(&request.config, described)?;
            cx.config = Arc::new(config.clone());
            let (found, renew_at) = ephemeral.open(&mut cx, config.clone()).await?;
            Ok((spelling::keep(&described.object, &config, found), renew_at))
        }
        .await;
        let (result, renew_at, outcome) = match opened {
            Ok((found, renew_at)) => (
                DynamicValue::encode(&found, &described.ty),
                renew_at,
                Ok(()),
            ),
            Err(errors) => (
                DynamicValue::encode(&Value::Null, &described.ty),
                None,
                Err(errors),
            ),
        };
        OpenEphemeralResourceResponse {
            result,
            renew_at,
            private: lease(&cx.private),
            deferred: cx.deferred,
            diagnostics: told(&mut cx, outcome),
        }
    }

    pub(super) async fn renew(
        &self,
        ephemeral: &dyn AnyEphemeral,
        request: HeldEphemeralResource,
    ) -> RenewEphemeralResourceResponse {
        let mut cx = self.context(ephemeral.timeout());
        cx.private = Private::from_bytes(&request.private.unwrap_or_default());
        let (renew_at, outcome) = match ephemeral.renew(&mut cx).await {
            Ok(renew_at) => (renew_at, Ok(())),
            Err(errors) => (None, Err(errors)),
        };
        RenewEphemeralResourceResponse {
            renew_at,
            private: lease(&cx.private),
            diagnostics: told(&mut cx, outcome),
        }
    }

    pub(super) async fn close(
        &self,
        ephemeral: &dyn AnyEphemeral,
        request: HeldEphemeralResource,
    ) -> Vec<Diagnostic> {
        let mut cx = self.context(ephemeral.timeout());
        cx.private = Private::from_bytes(&request.private.unwrap_or_default());
        let outcome = ephemeral.close(&mut cx).await;
        told(&mut cx, outcome)
    }

    pub(super) async fn plan_one_action(
        &self,
        action: &dyn AnyAction,
        request: ActionRequest,
    ) -> PlanActionResponse {
        let mut cx = self.context(action.timeout());
        cx.client = request.client;
        let outcome = async {
            cx.config = Arc::new(decode(
                &request.config,
                &action.described().ty,
                "configuration",
            )?);
            action.plan(&mut cx).await
        }
        .await;
        PlanActionResponse {
            deferred: cx.deferred,
            diagnostics: told(&mut cx, outcome),
        }
    }
}
