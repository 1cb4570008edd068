//! What a provider did wrong, and where.

use std::fmt;

use plinth_protocol::Path;

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where in the value or schema.
    pub path: Path,
    /// Which rule.
    pub rule: Rule,
    /// The values concerned; empty for sensitive attributes.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_root() {
            "root".to_owned()
        } else {
            self.path.to_string()
        };
        write!(f, "{place}: {}", self.rule)?;
        if self.detail.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", self.detail)
        }
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A rule that providers have to keep.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $($(#[$doc])* $name,)* }

        impl fmt::Display for Rule {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$name => $text,)* })
            }
        }
    };
}

rules! {
    // Values and types.
    /// The value is not of its type.
    Type = "value is not of the declared type",
    /// An object lacks an attribute of its type.
    AttributeMissing = "attribute is missing from the object",
    /// An object has an attribute that its type does not know.
    AttributeUnexpected = "object has an attribute that its type does not know",
    /// A set holds the same element twice.
    SetDuplicate = "set holds an element twice",
    /// A value of a state is unknown.
    Unknown = "value is unknown where all must be known",
    /// A write-only attribute has a value outside the configuration.
    WriteOnly = "write-only attribute is not null",

    // Plans.
    /// Planned null although the configuration has a value.
    PlannedAbsent = "planned for absence but configured",
    /// Planned a value although the configuration has none.
    PlannedPresent = "planned for existence but not configured",
    /// Planned a value for an attribute the provider may not set.
    NotComputed = "planned a value for an attribute that is neither configured nor computed",
    /// Planned neither the configured nor the prior value.
    NotConfigured = "planned value is neither the configured nor the prior one",
    /// Planned an unknown object where one is configured.
    PlannedUnknown = "planned unknown where a value is configured",
    /// Planned another number of elements than configured.
    Count = "number of planned elements differs from the configured number",
    /// A configured key is not in the plan.
    KeyMissing = "configured key is missing from the plan",
    /// A planned key is not in the configuration.
    KeyUnexpected = "planned key is not configured",
    /// Changed an unknown collection of blocks.
    UnknownBlocks = "blocks of unknown number must be planned as they are",
    /// A block, or the collection of blocks, is planned unknown.
    BlockUnknown = "a nested block must not be unknown itself",
    /// A collection of blocks is null.
    BlocksNull = "a collection of nested blocks must be empty, not null",
    /// An element of a planned set follows from no configured element (or a configured one
    /// is not planned). Terraform trusts the provider here, the user should not have to.
    SetElement = "set element has no counterpart",
    /// A path to replace for is in neither the prior nor the planned value.
    ReplacePath = "path that requires replacement does not exist",

    // Later against earlier values.
    /// Something planned as null is there.
    Appeared = "was null, but now is not",
    /// Something planned is null now.
    Vanished = "was present, but now is null",
    /// A known planned value has another value now.
    Changed = "was known, but now has another value",
    /// A known planned value is unknown now.
    BecameUnknown = "was known, but now unknown",
    /// A dynamic value has another type now.
    TypeChanged = "value has another type now",
    /// An unknown value was promised to be within limits it does not keep.
    Refinement = "value is outside of what the plan promised",
    /// An element of a list or map is gone.
    ElementVanished = "element has vanished",
    /// A list or map has a new element.
    ElementAppeared = "new element has appeared",
    /// A set has more elements than planned.
    SetGrew = "set has more elements than planned",

    // Schemas.
    /// A name that is not allowed.
    Name = "name is not allowed",
    /// A name used twice in one place.
    NameTwice = "name is used twice",
    /// None of required, optional, computed.
    Class = "attribute must be required, optional or computed",
    /// Required together with optional or computed.
    ClassConflict = "required attribute cannot be optional or computed as well",
    /// Write-only together with computed.
    WriteOnlyComputed = "write-only attribute cannot be computed",
    /// Wrong limits for the number of blocks.
    Items = "wrong limits for the number of blocks",
    /// Dynamic in a place where all elements must be of one type.
    DynamicElement = "a collection's elements cannot hold dynamic values",
    /// Write-only in a set.
    WriteOnlyInSet = "a set's elements cannot hold write-only attributes",
    /// An identity attribute that is neither a primitive nor a list of them.
    IdentityType = "identity attribute must be a primitive or a list",
    /// An identity without its resource.
    IdentityUnused = "identity schema without a resource of this name",
    /// A list resource without a resource that has an identity.
    ListedIdentity = "list resource needs a managed resource with an identity of this name",

    // A whole life.
    /// A plan to destroy is not null.
    DestroyPlan = "plan to destroy is not null",
    /// Something is left although deleting succeeded.
    DestroyState = "state is not null although deleting succeeded",
    /// The plan right after applying is not empty.
    NotEmpty = "plan after apply is not empty",
    /// The final plan does something else than the first.
    ActionChanged = "final plan does something else than the first plan",
    /// Answered deferred although the client does not allow it.
    Deferral = "deferred although the client does not allow it",
    /// Imported none or several objects, or one of another type.
    Imported = "import must find exactly one object of the type",
    /// What was imported cannot be read.
    ImportedGone = "imported object does not exist when read",
    /// The identity of an object changed.
    IdentityChanged = "identity changed although the object was not replaced",
    /// The provider could not upgrade a state it just wrote to itself.
    Upgrade = "state of the current version changed by its upgrade",
    /// A state is null where the object must be.
    StateNull = "state is null although no error was reported",
}

/// Collects violations.
#[derive(Debug, Default)]
pub(crate) struct Found(pub(crate) Vec<Violation>);

impl Found {
    pub(crate) fn add(&mut self, path: &Path, rule: Rule) {
        self.tell(path, rule, String::new());
    }

    pub(crate) fn tell(&mut self, path: &Path, rule: Rule, detail: String) {
        self.0.push(Violation {
            path: path.clone(),
            rule,
            detail,
        });
    }
}
