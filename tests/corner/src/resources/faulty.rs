//! Failures at the worst moments, and operations that take too long.

use plinth_framework::{
    Choice, Computed, Context, Diagnostic, DurationText, Model, Resource, Result, Timeouts,
};

use crate::remote::Remote;

/// When it fails.
#[derive(Choice, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fail {
    /// Before anything exists.
    BeforeCreate,
    /// When it exists.
    AfterCreate,
    /// Before anything is changed.
    BeforeUpdate,
    /// When half of it is changed.
    HalfwayUpdate,
    /// Before it is deleted.
    BeforeDelete,
    /// When it is read.
    Read,
    /// Leaves a computed value unknown.
    LeaveUnknown,
    /// Panics.
    Panic,
    /// Never ends by itself once the object exists.
    Hang,
}

/// An object that fails as it is told to.
#[derive(Model, Clone, Debug)]
pub struct Fault {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// When it fails.
    pub fail: Option<Fail>,
    /// How long creating and changing take.
    pub delay: Option<DurationText>,
    /// Written first.
    pub first: Option<String>,
    /// Written second.
    pub second: Option<String>,
    /// Given when it is done.
    pub done: Computed<bool>,
    /// How long operations may take.
    pub timeouts: Option<Timeouts>,
}

pub struct Faults(pub Remote);

fn told_to() -> Diagnostic {
    Diagnostic::error("It failed as it was told to").at(Fault::AT.fail)
}

impl Resource for Faults {
    const TYPE: &'static str = "faulty";
    type Model = Fault;
    type Identity = ();

    #[expect(
        clippy::panic,
        reason = "how a panic looks to Terraform is one of the cases"
    )]
    async fn create(&self, cx: &mut Context, mut planned: Fault) -> Result<Fault> {
        match planned.fail {
            Some(Fail::BeforeCreate) => return Err(told_to().into()),
            Some(Fail::Panic) => panic!("told to"),
            _ => {}
        }
        if let Some(delay) = &planned.delay {
            cx.scope().sleep(delay.duration()).await?;
        }
        self.0.write(
            Self::TYPE,
            &planned.name,
            &Fault {
                done: false.into(),
                ..planned.clone()
            },
        )?;
        cx.save(&planned);
        match planned.fail {
            Some(Fail::AfterCreate) => return Err(told_to().into()),
            Some(Fail::LeaveUnknown) => return Ok(planned),
            Some(Fail::Hang) => return Err(cx.scope().interrupted().await.into()),
            _ => {}
        }
        planned.done = true.into();
        self.0.write(Self::TYPE, &planned.name, &planned)?;
        Ok(planned)
    }

    async fn read(&self, _cx: &mut Context, state: Fault) -> Result<Option<Fault>> {
        let found: Option<Fault> = self.0.load(Self::TYPE, &state.name)?;
        if found
            .as_ref()
            .is_some_and(|found| found.fail == Some(Fail::Read))
        {
            return Err(told_to().into());
        }
        Ok(found)
    }

    async fn update(&self, cx: &mut Context, prior: Fault, planned: Fault) -> Result<Fault> {
        if planned.fail == Some(Fail::BeforeUpdate) {
            return Err(told_to().into());
        }
        if let Some(delay) = &planned.delay {
            cx.scope().sleep(delay.duration()).await?;
        }
        if planned.fail == Some(Fail::HalfwayUpdate) {
            let half = Fault {
                first: planned.first,
                ..prior
            };
            self.0.write(Self::TYPE, &half.name, &half)?;
            cx.save(&half);
            return Err(told_to().into());
        }
        self.0.write(Self::TYPE, &planned.name, &planned)?;
        Ok(planned)
    }

    async fn delete(&self, _cx: &mut Context, state: Fault) -> Result<()> {
        if state.fail == Some(Fail::BeforeDelete) {
            return Err(told_to().into());
        }
        self.0.remove(Self::TYPE, &state.name)
    }
}
