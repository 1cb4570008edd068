//! `plinth_host_command`: a configuration step done by shell commands.
//!
//! There is no object in an API behind it: `create` makes it, `read`, `creates` and `removes`
//! tell whether it is there, `delete` undoes it. It has no identity and cannot be imported.

mod model;

use std::sync::Arc;

use plinth_framework::{
    Attr, Change, Computed, Context, Diagnostic, Field, PlannedAction, Resource, Result,
};
use plinth_ssh::{Command, Exit, Output, quote};

use crate::Systems;
use crate::host::Host;
use crate::host::connect::{
    Connected, Reach, checked, failed, failed_in_secret, offline_or_failed,
};
use model::HostCommandModel as Step;

/// Key in the private state: what `read` printed when the step was last carried out.
const EXPECTED: &str = "output";

/// The resource.
#[derive(Debug)]
pub(crate) struct HostCommand {
    systems: Arc<Systems>,
}

/// What a look at the host tells.
enum Found {
    Done(Computed<String>),
    /// With what was complained of.
    Undone(String),
}

impl HostCommand {
    pub(crate) fn new(systems: &Arc<Systems>) -> Self {
        Self {
            systems: Arc::clone(systems),
        }
    }

    /// Looks whether the step is done.
    async fn look(
        &self,
        cx: &Context,
        host: &plinth_ssh::Host,
        step: &Step,
    ) -> Result<Found, LookError> {
        let mut script = String::new();
        if let Some(path) = &step.creates {
            script.push_str(&format!(
                "[ -e {0} ] || [ -h {0} ] || exit {UNDONE}\n",
                quote(path)
            ));
        }
        if let Some(path) = &step.removes {
            script.push_str(&format!(
                "[ ! -e {0} ] && [ ! -h {0} ] || exit {UNDONE}\n",
                quote(path)
            ));
        }
        if script.is_empty() && step.read.is_none() {
            return Ok(Found::Done(Computed::Null));
        }
        // The probe runs in a shell of its own, so that its `exit` is its own, too.
        if let Some(read) = &step.read {
            script.push_str(&format!("/bin/sh -c {}\n", quote(read)));
        }
        let output = host
            .exec(cx.scope(), command(step, &script))
            .await
            .map_err(LookError::Ssh)?;
        match output.exit {
            Exit::Status(0) if step.read.is_none() => Ok(Found::Done(Computed::Null)),
            Exit::Status(0) => {
                let text = output.stdout_text();
                Ok(Found::Done(text.trim_end_matches('\n').into()))
            }
            Exit::Status(_) => Ok(Found::Undone(output.stderr_text())),
            // Something else ended it, which says nothing of the step.
            Exit::Signal(_) => Err(LookError::Broken(output)),
        }
    }

    /// After a change: the state, with what `read` prints now.
    async fn settle(&self, cx: &mut Context, on: &Connected, mut step: Step) -> Result<Step> {
        step.output = Computed::Null;
        cx.save(&step);
        step.host = on.record(cx.scope(), step.host).await?;
        cx.save(&step);
        match self.look(cx, &on.host, &step).await {
            Ok(Found::Done(output)) => step.output = output,
            Ok(Found::Undone(why)) => return Err(not_done(&step, &why).into()),
            Err(error) => return Err(error.into_diagnostics()),
        }
        remember(cx, &step.output);
        Ok(step)
    }

    /// After a change for which nothing is carried out: the next refresh looks whether the step
    /// is done, unless `read` itself is another one.
    async fn keep(&self, cx: &mut Context, on: &Connected, mut step: Step) -> Result<Step> {
        if step.output.is_unknown() {
            step.output = match self.look(cx, &on.host, &step).await {
                Ok(Found::Done(output)) => output,
                Ok(Found::Undone(_)) => Computed::Null,
                Err(error) => return Err(error.into_diagnostics()),
            };
        }
        remember(cx, &step.output);
        step.host = on.record(cx.scope(), step.host).await?;
        Ok(step)
    }

    /// Runs one of the step's commands.
    async fn run(
        &self,
        cx: &Context,
        host: &plinth_ssh::Host,
        step: &Step,
        script: &str,
        at: plinth_framework::Path,
    ) -> Result<(), RunFailure> {
        const SUMMARY: &str = "The command failed";
        let mut command = command(step, script);
        if let Some(stdin) = &step.stdin_wo.value {
            command = command.stdin(stdin.expose().clone());
        }
        let output = host
            .exec(cx.scope(), command)
            .await
            .map_err(|error| RunFailure {
                started: *error.step() == plinth_ssh::Step::Run,
                diagnostics: failed(SUMMARY, &error, at.clone()),
            })?;
        let ended = |diagnostics| RunFailure {
            started: true,
            diagnostics,
        };
        if step.stdin_wo.value.is_some() && !output.success() {
            return Err(ended(failed_in_secret(SUMMARY, &output.exit).at(at).into()));
        }
        checked(SUMMARY, output).map(drop).map_err(|mut errors| {
            for error in &mut errors.0 {
                error.attribute = Some(at.clone());
            }
            ended(errors)
        })
    }
}

/// One of the step's commands did not succeed.
struct RunFailure {
    /// It may have done something.
    started: bool,
    diagnostics: plinth_framework::Diagnostics,
}

/// Exit status by which the script says that `creates` or `removes` speaks against it.
const UNDONE: i32 = 1;

enum LookError {
    Ssh(plinth_ssh::Error),
    Broken(Output),
}

impl LookError {
    fn into_diagnostics(self) -> plinth_framework::Diagnostics {
        const SUMMARY: &str = "The probe of the step cannot be run";
        match self {
            Self::Ssh(error) => failed(SUMMARY, &error, Step::AT.read),
            Self::Broken(output) => match checked(SUMMARY, output) {
                Ok(_) => Diagnostic::error(SUMMARY).at(Step::AT.read).into(),
                Err(mut errors) => {
                    for error in &mut errors.0 {
                        error.attribute = Some(Step::AT.read.path());
                    }
                    errors
                }
            },
        }
    }
}

/// The command succeeded, and what tells whether the step is done says no.
fn not_done(step: &Step, why: &str) -> Diagnostic {
    let said = match why.trim() {
        "" => String::new(),
        why => format!(":\n{why}"),
    };
    Diagnostic::error("The step was carried out, but is not done")
        .detail(format!(
            "The command succeeded, but `read`, `creates` or `removes` says that nothing was \
             done{said}"
        ))
        .hint("Correct the command, or what tells whether it is done.")
        .at(if step.read.is_some() {
            Step::AT.read.path()
        } else {
            Step::AT.create.path()
        })
}

fn command(step: &Step, script: &str) -> Command {
    let environment = step.environment.iter().flatten();
    environment.fold(Command::script(script), |command, (name, value)| {
        command.env(name.as_str(), plinth_ssh::Secret::new(value.as_str()))
    })
}

/// Keeps what `read` printed, for later plans to compare with.
fn remember(cx: &mut Context, output: &Computed<String>) {
    match output.known() {
        Some(output) => cx.private().set(EXPECTED, output.as_str()),
        None => cx.private().remove(EXPECTED),
    }
}

/// Whether `read` prints something else than when the step was last carried out. Where nothing is
/// remembered, there is nothing to compare with yet.
fn has_drifted(cx: &mut Context, prior: &Step) -> bool {
    let expected = cx.private().text(EXPECTED);
    expected.is_some() && expected != prior.output.known().map(String::as_str)
}

/// The attributes whose change carries the step out again.
fn causes(change: &Change<'_, Step>) -> Vec<&'static str> {
    fn changed<F: Field>(change: &Change<'_, Step>, attr: Attr<Step, F>) -> Option<&'static str> {
        change.changes(attr).then(|| attr.name())
    }
    [
        changed(change, Step::AT.create),
        changed(change, Step::AT.triggers),
        changed(change, Step::AT.environment),
    ]
    .into_iter()
    .flatten()
    .chain(change.changes_named(VERSION).then_some(VERSION))
    .collect()
}

const VERSION: &str = "stdin_wo_version";

impl Resource for HostCommand {
    const TYPE: &'static str = "host_command";
    type Model = Step;
    type Identity = ();

    async fn plan(&self, cx: &mut Context, change: &mut Change<'_, Step>) -> Result<()> {
        if change.action() == PlannedAction::Delete {
            return Ok(());
        }
        Host::check(&self.systems, change, Step::AT.host)?;
        let probed = change.planned().is_set(Step::AT.read);
        if !probed {
            change.set(Step::AT.output, &Computed::Null)?;
        }
        let Some(prior) = change.prior()? else {
            return Ok(());
        };
        let drifted = probed && has_drifted(cx, &prior);
        let causes = causes(change);
        if causes.is_empty() && !drifted {
            if probed && change.changes(Step::AT.read) {
                change.set_unknown(Step::AT.output)?;
            }
            return Ok(());
        }
        if probed {
            change.set_unknown(Step::AT.output)?;
        }
        if !change.planned().is_set(Step::AT.update) {
            for cause in causes {
                change.replace_named(cause);
            }
            if drifted {
                change.replace(Step::AT.output);
            }
        }
        Ok(())
    }

    async fn create(&self, cx: &mut Context, planned: Step) -> Result<Step> {
        let on = planned.host.connect(&self.systems)?;
        let mut script = String::new();
        if let Some(path) = &planned.creates {
            script.push_str(&format!(
                "if [ -e {0} ] || [ -h {0} ]; then exit 0; fi\n",
                quote(path)
            ));
        }
        if let Some(path) = &planned.removes {
            script.push_str(&format!(
                "if [ ! -e {0} ] && [ ! -h {0} ]; then exit 0; fi\n",
                quote(path)
            ));
        }
        script.push_str(&planned.create);
        let run = self
            .run(cx, &on.host, &planned, &script, Step::AT.create.path())
            .await;
        if let Err(failure) = run {
            // It may be half done, which `delete` knows how to undo.
            if failure.started && planned.delete.is_some() {
                cx.save(&planned);
            }
            return Err(failure.diagnostics);
        }
        self.settle(cx, &on, planned).await
    }

    async fn read(&self, cx: &mut Context, mut state: Step) -> Result<Option<Step>> {
        let Reach::Now(on) = state.host.reach(cx, &self.systems) else {
            return Ok(Some(state));
        };
        match self.look(cx, &on.host, &state).await {
            Ok(Found::Done(output)) => {
                state.output = output;
                state.host = on.recorded(cx.scope(), state.host).await?;
                Ok(Some(state))
            }
            Ok(Found::Undone(_)) => Ok(None),
            Err(LookError::Ssh(error)) => {
                offline_or_failed(cx, "The step cannot be looked at", &error, Step::AT.read)?;
                Ok(Some(state))
            }
            Err(broken) => Err(broken.into_diagnostics()),
        }
    }

    async fn update(&self, cx: &mut Context, prior: Step, planned: Step) -> Result<Step> {
        let on = planned.host.connect(&self.systems)?;
        let again = (planned.read.is_some() && has_drifted(cx, &prior))
            || prior.create != planned.create
            || prior.triggers != planned.triggers
            || prior.environment != planned.environment
            || prior.stdin_wo.version != planned.stdin_wo.version;
        if !again {
            return self.keep(cx, &on, planned).await;
        }
        if let Some(update) = planned.update.clone() {
            self.run(cx, &on.host, &planned, &update, Step::AT.update.path())
                .await
                .map_err(|failure| failure.diagnostics)?;
        }
        self.settle(cx, &on, planned).await
    }

    async fn delete(&self, cx: &mut Context, state: Step) -> Result<()> {
        let Some(delete) = state.delete.clone() else {
            return Ok(());
        };
        let on = state.host.connect(&self.systems)?;
        self.run(cx, &on.host, &state, &delete, Step::AT.delete.path())
            .await
            .map_err(|failure| failure.diagnostics)
    }
}

#[cfg(test)]
mod tests;
