//! What Terraform demands of a provider's answers.
//!
//! Each function returns all violations it finds and an empty list for a correct answer. The
//! values given must be of the schema's type; where that is in doubt, [`assert_conforms`]
//! tells. Where Terraform itself trusts the provider, namely in the elements of sets, these
//! functions ask for more: see [`Rule::SetElement`].

mod canonical;
mod compatible;
mod conform;
mod plan;
mod proposed;
mod replace;
mod schema;
mod violation;

#[cfg(test)]
mod sample;

pub use canonical::{canonical, same};
pub use compatible::assert_object_compatible;
pub use conform::{assert_conforms, assert_no_unknown, assert_write_only_null};
pub use plan::assert_plan_valid;
pub use proposed::proposed_new;
pub use replace::{assert_requires_replace_paths, replaced_paths};
pub use schema::{
    assert_function_loads, assert_identity_loads, assert_provider_loads, assert_schema_loads,
};
pub use violation::{Rule, Violation};
