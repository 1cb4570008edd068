//! Applying a plan, as `terraform apply` does.

use plinth_protocol::{Diagnostic, Value};

use super::rpc::{PlanRequest, broken, obey};
use super::{Action, Applied, Failure, Instance, Planned, State};
use crate::oracle::{assert_object_compatible, proposed_new, same};
use crate::{Rule, Violation};

impl Instance<'_> {
    /// Applies what was planned, with the configuration as it is now: known.
    pub async fn apply_plan(
        &mut self,
        planned: &Planned,
        config: &Value,
    ) -> Result<Applied, Failure> {
        let prior = self.state.clone().unwrap_or_default();
        if planned.action == Action::NoOp || planned.deferred.is_some() {
            return Ok(Applied {
                action: Action::NoOp,
                state: prior.value,
                private: prior.private,
                identity: prior.identity,
                tainted: prior.tainted,
                diagnostics: planned.diagnostics.clone(),
            });
        }
        let mut diagnostics = self.call_validate(config).await?;
        if planned.action == Action::Replace {
            let mut deleted = self.delete(&prior, planned.private.clone()).await?;
            diagnostics.append(&mut deleted.diagnostics);
            if !deleted.state.is_null() {
                return Ok(Applied {
                    diagnostics,
                    ..deleted
                });
            }
        }
        let prior = self.state.clone().unwrap_or_default();
        if !prior.value.is_null() {
            self.call_upgrade(&prior).await?;
        }
        let last = self
            .call_plan(PlanRequest {
                prior: &prior.value,
                config,
                proposed: &proposed_new(&self.schema, &prior.value, config),
                private: &prior.private,
                identity: prior.identity.as_ref(),
            })
            .await?;
        obey(
            "PlanResourceChange",
            assert_object_compatible(&self.schema, &planned.value, &last.value),
        )?;
        diagnostics.extend(last.diagnostics);
        // An update may turn out to have nothing to do.
        if !prior.value.is_null() && same(&prior.value, &last.value, &self.ty) {
            return Ok(applied(Action::NoOp, prior, diagnostics));
        }
        let (state, more) = self
            .call_apply(
                &prior.value,
                &last.value,
                config,
                last.private,
                last.identity.as_ref(),
            )
            .await?;
        let failed = more.iter().any(Diagnostic::is_error);
        diagnostics.extend(more);
        if failed {
            return Ok(applied(
                planned.action,
                self.keep(&prior, state),
                diagnostics,
            ));
        }
        let rpc = "ApplyResourceChange";
        if state.value.is_null() {
            return Err(broken(rpc, Rule::StateNull));
        }
        // What is there now is stored also when it breaks a rule.
        self.state = Some(state.clone());
        obey(
            rpc,
            assert_object_compatible(&self.schema, &last.value, &state.value),
        )?;
        if !prior.value.is_null() {
            Self::check_identity(rpc, prior.identity.as_ref(), state.identity.as_ref())?;
        }
        Ok(applied(planned.action, state, diagnostics))
    }

    /// Deletes the object; what is left of it after an error is stored.
    pub(super) async fn delete(
        &mut self,
        prior: &State,
        private: Vec<u8>,
    ) -> Result<Applied, Failure> {
        let (state, diagnostics) = self
            .call_apply(&prior.value, &Value::Null, &Value::Null, private, None)
            .await?;
        let failed = diagnostics.iter().any(Diagnostic::is_error);
        if failed {
            return Ok(applied(
                Action::Delete,
                self.keep(prior, state),
                diagnostics,
            ));
        }
        if !state.value.is_null() {
            return Err(broken("ApplyResourceChange", Rule::DestroyState));
        }
        self.state = None;
        Ok(applied(Action::Delete, State::default(), diagnostics))
    }

    /// Stores what a failed apply left: a half-created object is tainted; null after a
    /// failed change means that the object is as it was.
    fn keep(&mut self, prior: &State, left: State) -> State {
        let kept = if left.value.is_null() {
            prior.clone()
        } else {
            State {
                tainted: prior.value.is_null() || prior.tainted,
                ..left
            }
        };
        self.state = if kept.value.is_null() {
            None
        } else {
            Some(kept.clone())
        };
        kept
    }

    /// Refreshes and plans once more: there must be nothing to do.
    pub(super) async fn assert_empty_plan(&mut self, config: &Value) -> Result<(), Failure> {
        let before = self.state.clone().unwrap_or_default();
        let planned = self.plan(config).await?;
        if planned.action == Action::NoOp {
            return Ok(());
        }
        let detail = format!("{:?} {:?}", planned.action, planned.replaced);
        let mut violations = vec![Violation {
            path: plinth_protocol::Path::root(),
            rule: Rule::NotEmpty,
            detail,
        }];
        // Tells which attributes they are.
        violations.extend(assert_object_compatible(
            &self.schema,
            &before.value,
            &planned.value,
        ));
        obey("PlanResourceChange", violations)
    }
}

fn applied(action: Action, state: State, diagnostics: Vec<Diagnostic>) -> Applied {
    Applied {
        action,
        state: state.value,
        private: state.private,
        identity: state.identity,
        tainted: state.tainted,
        diagnostics,
    }
}
