//! The requests one by one, each with the checks of its answer.

use plinth_protocol::{
    ApplyResourceChange, Deferred, Diagnostic, DynamicValue, ImportResourceState, Imported, Path,
    PlanResourceChange, RawState, ReadResource, RpcError, Type, Upgrade, ValidateConfig, Value,
};

use super::{Action, Failure, Instance, Planned, State};
use crate::oracle::{
    assert_conforms, assert_no_unknown, assert_plan_valid, assert_requires_replace_paths,
    assert_write_only_null, replaced_paths, same,
};
use crate::{Rule, Violation};

/// What a plan is asked with.
#[derive(Clone, Copy)]
pub(super) struct PlanRequest<'a> {
    pub(super) prior: &'a Value,
    pub(super) config: &'a Value,
    pub(super) proposed: &'a Value,
    pub(super) private: &'a [u8],
    pub(super) identity: Option<&'a Value>,
}

/// What a plan was answered with.
pub(super) struct PlanAnswer {
    pub(super) value: Value,
    pub(super) requires_replace: Vec<Path>,
    pub(super) private: Vec<u8>,
    pub(super) identity: Option<Value>,
    pub(super) deferred: Option<Deferred>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl PlanAnswer {
    pub(super) fn into_planned(self, action: Action, replaced: Vec<Path>) -> Planned {
        Planned {
            action,
            value: self.value,
            replaced,
            private: self.private,
            identity: self.identity,
            deferred: self.deferred,
            diagnostics: self.diagnostics,
        }
    }
}

/// Passes warnings on; errors become a failure.
pub(super) fn refuse(
    rpc: &'static str,
    diagnostics: Vec<Diagnostic>,
) -> Result<Vec<Diagnostic>, Failure> {
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Failure::Refused { rpc, diagnostics });
    }
    Ok(diagnostics)
}

/// A failure unless there are no violations.
pub(super) fn obey(rpc: &'static str, violations: Vec<Violation>) -> Result<(), Failure> {
    if violations.is_empty() {
        Ok(())
    } else {
        Err(Failure::Violations { rpc, violations })
    }
}

/// A rule broken by the answer as a whole.
pub(super) fn broken(rpc: &'static str, rule: Rule) -> Failure {
    let violation = Violation {
        path: Path::root(),
        rule,
        detail: String::new(),
    };
    Failure::Violations {
        rpc,
        violations: vec![violation],
    }
}

fn answered<T>(rpc: &'static str, answer: Result<T, RpcError>) -> Result<T, Failure> {
    answer.map_err(|source| Failure::Rpc { rpc, source })
}

impl Instance<'_> {
    pub(super) async fn call_validate(&self, config: &Value) -> Result<Vec<Diagnostic>, Failure> {
        let rpc = "ValidateResourceConfig";
        let request = ValidateConfig {
            type_name: self.type_name.clone(),
            config: self.encode(config),
            client: self.client,
            ..ValidateConfig::default()
        };
        refuse(
            rpc,
            answered(rpc, self.provider.validate_resource(request).await)?,
        )
    }

    /// The stored state through the upgrade to the version it is of: nothing may change.
    pub(super) async fn call_upgrade(&self, state: &State) -> Result<Value, Failure> {
        let raw = RawState {
            json: state.value.to_json(&self.ty)?,
            is_flatmap: false,
        };
        let version = self.schema.version;
        let request = Upgrade {
            type_name: self.type_name.clone(),
            version,
            raw,
        };
        let upgraded = self.upgraded(request).await?;
        if !same(&upgraded, &state.value, &self.ty) {
            return Err(broken("UpgradeResourceState", Rule::Upgrade));
        }
        Ok(upgraded)
    }

    pub(super) async fn upgraded(&self, request: Upgrade) -> Result<Value, Failure> {
        let rpc = "UpgradeResourceState";
        let answer = answered(rpc, self.provider.upgrade_state(request).await)?;
        refuse(rpc, answer.diagnostics)?;
        let value = self.decode(rpc, &answer.value)?;
        self.check_state(rpc, &value)?;
        if value.is_null() {
            Err(broken(rpc, Rule::StateNull))
        } else {
            Ok(value)
        }
    }

    /// What is there now; nothing when it is gone.
    pub(super) async fn call_read(
        &self,
        state: State,
    ) -> Result<(Option<State>, Vec<Diagnostic>), Failure> {
        let rpc = "ReadResource";
        let request = ReadResource {
            type_name: self.type_name.clone(),
            current_state: self.encode(&state.value),
            private: state.private.clone(),
            client: self.client,
            current_identity: self.encode_identity(state.identity.as_ref()),
        };
        let answer = answered(rpc, self.provider.read_resource(request).await)?;
        let diagnostics = refuse(rpc, answer.diagnostics)?;
        if answer.deferred.is_some() {
            return self.deferral(rpc).map(|()| (Some(state), diagnostics));
        }
        let value = self.decode(rpc, &answer.new_state)?;
        self.check_state(rpc, &value)?;
        if value.is_null() {
            return Ok((None, diagnostics));
        }
        let identity = self.decode_identity(rpc, answer.new_identity.as_ref())?;
        Self::check_identity(rpc, state.identity.as_ref(), identity.as_ref())?;
        let read = State {
            value,
            private: answer.private,
            identity,
            tainted: state.tainted,
        };
        Ok((Some(read), diagnostics))
    }

    pub(super) async fn call_plan(&self, with: PlanRequest<'_>) -> Result<PlanAnswer, Failure> {
        let rpc = "PlanResourceChange";
        let request = PlanResourceChange {
            type_name: self.type_name.clone(),
            prior_state: self.encode(with.prior),
            proposed_new_state: self.encode(with.proposed),
            config: self.encode(with.config),
            prior_private: with.private.to_vec(),
            client: self.client,
            prior_identity: self.encode_identity(with.identity),
        };
        let answer = answered(rpc, self.provider.plan_resource(request).await)?;
        let diagnostics = refuse(rpc, answer.diagnostics)?;
        if answer.deferred.is_some() {
            self.deferral(rpc)?;
        }
        let value = self.decode(rpc, &answer.planned_state)?;
        if with.config.is_null() {
            if !value.is_null() {
                return Err(broken(rpc, Rule::DestroyPlan));
            }
        } else if answer.deferred.is_none() {
            let mut wrong = assert_plan_valid(&self.schema, with.prior, with.config, &value);
            wrong.extend(assert_requires_replace_paths(
                &self.schema,
                with.prior,
                &value,
                &answer.requires_replace,
            ));
            obey(rpc, wrong)?;
        }
        let identity = match &answer.planned_identity {
            Some(identity) => self.decode_identity(rpc, Some(identity))?,
            None => None,
        };
        // A replaced object gets another identity, and what it is may not be known yet.
        let replaced = replaced_paths(&self.schema, with.prior, &value, &answer.requires_replace);
        if replaced.is_empty() && !with.prior.is_null() {
            Self::check_identity(rpc, with.identity, identity.as_ref())?;
        }
        Ok(PlanAnswer {
            value,
            requires_replace: answer.requires_replace,
            private: answer.planned_private,
            identity,
            deferred: answer.deferred,
            diagnostics,
        })
    }

    /// The answer's parts: state, private, identity, and diagnostics with errors. The state
    /// is only checked for what holds after errors, too.
    pub(super) async fn call_apply(
        &self,
        prior: &Value,
        planned: &Value,
        config: &Value,
        private: Vec<u8>,
        identity: Option<&Value>,
    ) -> Result<(State, Vec<Diagnostic>), Failure> {
        let rpc = "ApplyResourceChange";
        let request = ApplyResourceChange {
            type_name: self.type_name.clone(),
            prior_state: self.encode(prior),
            planned_state: self.encode(planned),
            config: self.encode(config),
            planned_private: private,
            planned_identity: self.encode_identity(identity),
        };
        let answer = answered(rpc, self.provider.apply_resource(request).await)?;
        let value = self.decode(rpc, &answer.new_state)?;
        self.check_state(rpc, &value)?;
        let identity = self.decode_identity(rpc, answer.new_identity.as_ref())?;
        if let Some(identity) = &identity {
            obey(rpc, assert_no_unknown(identity))?;
        }
        let state = State {
            value,
            private: answer.private,
            identity,
            tainted: false,
        };
        Ok((state, answer.diagnostics))
    }

    pub(super) async fn call_import(&self, request: ImportResourceState) -> Result<State, Failure> {
        let rpc = "ImportResourceState";
        let answer = answered(rpc, self.provider.import_resource(request).await)?;
        refuse(rpc, answer.diagnostics)?;
        if answer.deferred.is_some() {
            self.deferral(rpc)?;
        }
        let imported: [Imported; 1] = answer
            .imported
            .try_into()
            .map_err(|_| broken(rpc, Rule::Imported))?;
        let [imported] = imported;
        if imported.type_name != self.type_name {
            return Err(broken(rpc, Rule::Imported));
        }
        let value = self.decode(rpc, &imported.state)?;
        self.check_state(rpc, &value)?;
        if value.is_null() {
            return Err(broken(rpc, Rule::StateNull));
        }
        let identity = self.decode_identity(rpc, imported.identity.as_ref())?;
        let state = State {
            value,
            private: imported.private,
            identity,
            tainted: false,
        };
        let (read, _) = self.call_read(state).await?;
        read.ok_or_else(|| broken("ReadResource", Rule::ImportedGone))
    }

    pub(super) fn encode(&self, value: &Value) -> DynamicValue {
        DynamicValue::encode(value, &self.ty)
    }

    fn decode(&self, rpc: &'static str, value: &DynamicValue) -> Result<Value, Failure> {
        value
            .decode(&self.ty)
            .map_err(|source| Failure::Decode { rpc, source })
    }

    pub(super) fn encode_identity(&self, identity: Option<&Value>) -> Option<DynamicValue> {
        let ty = self.identity_type()?;
        Some(DynamicValue::encode(identity?, &ty))
    }

    fn decode_identity(
        &self,
        rpc: &'static str,
        identity: Option<&DynamicValue>,
    ) -> Result<Option<Value>, Failure> {
        let (Some(ty), Some(identity)) = (self.identity_type(), identity) else {
            return Ok(None);
        };
        let value = identity
            .decode(&ty)
            .map_err(|source| Failure::Decode { rpc, source })?;
        obey(rpc, assert_conforms(&value, &ty))?;
        Ok(if value.is_null() { None } else { Some(value) })
    }

    fn identity_type(&self) -> Option<Type> {
        self.identity
            .as_ref()
            .map(plinth_protocol::IdentitySchema::to_type)
    }

    /// What holds for each state: of its type, nothing unknown, nothing write-only.
    fn check_state(&self, rpc: &'static str, value: &Value) -> Result<(), Failure> {
        let mut wrong = assert_conforms(value, &self.ty);
        wrong.extend(assert_no_unknown(value));
        wrong.extend(assert_write_only_null(&self.schema, value));
        obey(rpc, wrong)
    }

    /// An object keeps its identity, which is wholly known.
    pub(super) fn check_identity(
        rpc: &'static str,
        before: Option<&Value>,
        now: Option<&Value>,
    ) -> Result<(), Failure> {
        if let Some(now) = now {
            obey(rpc, assert_no_unknown(now))?;
        }
        match (before, now) {
            (Some(before), Some(now)) if before != now => Err(broken(rpc, Rule::IdentityChanged)),
            _ => Ok(()),
        }
    }

    fn deferral(&self, rpc: &'static str) -> Result<(), Failure> {
        if self.client.deferral_allowed {
            Ok(())
        } else {
            Err(broken(rpc, Rule::Deferral))
        }
    }
}
