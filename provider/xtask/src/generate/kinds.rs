//! The kinds of things that have a schema, and where the registry wants their pages.

use std::collections::BTreeMap;

use plinth_protocol::{ProviderSchema, Schema};

/// A kind of thing with a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A managed resource.
    Resource,
    /// A data source.
    DataSource,
    /// An ephemeral resource.
    Ephemeral,
    /// A listing of a managed resource's objects.
    List,
    /// An action.
    Action,
}

/// All of them.
pub(super) const KINDS: [Kind; 5] = [
    Kind::Resource,
    Kind::DataSource,
    Kind::Ephemeral,
    Kind::List,
    Kind::Action,
];

impl Kind {
    /// The folder of its pages and examples.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Resource => "resources",
            Self::DataSource => "data-sources",
            Self::Ephemeral => "ephemeral-resources",
            Self::List => "list-resources",
            Self::Action => "actions",
        }
    }

    /// What a page calls it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Resource => "Resource",
            Self::DataSource => "Data Source",
            Self::Ephemeral => "Ephemeral Resource",
            Self::List => "List Resource",
            Self::Action => "Action",
        }
    }

    /// The file of its example below `examples/`.
    pub(super) fn example_file(self) -> &'static str {
        match self {
            Self::Resource => "resource.tf",
            Self::DataSource => "data-source.tf",
            Self::Ephemeral => "ephemeral-resource.tf",
            Self::List => "list-resource.tfquery.hcl",
            Self::Action => "action.tf",
        }
    }

    /// What stands between the stem and the extension of its source files where one folder serves
    /// several kinds, as in `example.data.tf`.
    pub(super) fn infix(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::DataSource => "data",
            Self::Ephemeral => "ephemeral",
            Self::List => "list",
            Self::Action => "action",
        }
    }

    /// The schemas of this kind.
    pub(super) fn schemas(self, provider: &ProviderSchema) -> &BTreeMap<String, Schema> {
        match self {
            Self::Resource => &provider.resources,
            Self::DataSource => &provider.data_sources,
            Self::Ephemeral => &provider.ephemeral_resources,
            Self::List => &provider.list_resources,
            Self::Action => &provider.actions,
        }
    }
}
