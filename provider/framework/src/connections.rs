//! Named connections of a provider block, some of them made from others.
//!
//! `ReadResource` is sent no configuration, so a resource never holds credentials: it names
//! a connection, and finds it here at the moment of use. What one part of the graph builds
//! and another needs (a kubeconfig on a host) is a connection *derived* from another; a
//! [`Lineage`] goes along while connections are made from connections and finds circles.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use plinth_protocol::{Diagnostic, Path};

use crate::Maybe;

/// The connections to one kind of system, by name.
#[derive(Debug)]
pub struct Connections<C> {
    kind: &'static str,
    configured: RwLock<Configured<C>>,
}

#[derive(Debug)]
enum Configured<C> {
    /// The provider was never configured, or the block has nothing of this kind.
    Nothing,
    /// Not known before apply which there are.
    Unknown,
    /// By name; each may be unknown by itself.
    Named(BTreeMap<String, Option<Arc<C>>>),
}

/// Why there is no connection of a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoConnection {
    /// The provider block has no connection of this kind.
    #[error("the provider block has no {0} connection")]
    NoneConfigured(&'static str),
    /// There is no connection of this name.
    #[error("the provider block has no {kind} connection {name:?}; there is {}", .known.join(", "))]
    NoSuch {
        /// Kind of system, the attribute of the provider block.
        kind: &'static str,
        /// The name that was asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// No name was given and there are several.
    #[error("several {kind} connections are configured and none is chosen: {}", .known.join(", "))]
    Ambiguous {
        /// Kind of system, the attribute of the provider block.
        kind: &'static str,
        /// The names there are.
        known: Vec<String>,
    },
    /// It is configured with values that only apply will know.
    #[error("the {kind} connection{} is not known before apply", .name.as_ref().map(|name| format!(" {name:?}")).unwrap_or_default())]
    NotKnownYet {
        /// Kind of system, the attribute of the provider block.
        kind: &'static str,
        /// The connection; none when it is not even known which there are.
        name: Option<String>,
    },
    /// It is made from itself, by way of others.
    #[error("connections are made from each other in a circle: {0}")]
    Circle(String),
}

impl NoConnection {
    /// Whether it may be there at apply: then the plan is made offline.
    pub fn is_not_known_yet(&self) -> bool {
        matches!(self, Self::NotKnownYet { .. })
    }

    /// As an error at the attribute that names the connection.
    pub fn into_diagnostic(self, at: impl Into<Path>) -> Diagnostic {
        let hint = match &self {
            Self::NoneConfigured(kind) | Self::NoSuch { kind, .. } => {
                format!("Add it to `{kind}` of the provider block.")
            }
            Self::Ambiguous { .. } => "Name the one to use.".to_owned(),
            Self::NotKnownYet { .. } => {
                "Apply what it depends on first, or let one apply build both.".to_owned()
            }
            Self::Circle(_) => "Let one of them stand on its own.".to_owned(),
        };
        Diagnostic::error("Connection not found")
            .caused_by(&self)
            .hint(&hint)
            .at(at)
    }
}

impl<C> Connections<C> {
    /// No connections yet; `kind` is the attribute of the provider block that will name them.
    pub fn new(kind: &'static str) -> Self {
        Self {
            kind,
            configured: RwLock::new(Configured::Nothing),
        }
    }

    /// Takes what the provider block has, in place of what there was.
    ///
    /// `complete` says whether a connection can be used as it is, or still has unknown parts.
    pub fn configure(
        &self,
        block: Maybe<BTreeMap<String, Maybe<C>>>,
        complete: impl Fn(&C) -> bool,
    ) {
        let configured = match block {
            Maybe::Null => Configured::Nothing,
            Maybe::Unknown => Configured::Unknown,
            Maybe::Known(named) => Configured::Named(
                named
                    .into_iter()
                    .filter_map(|(name, connection)| match connection {
                        Maybe::Null => None,
                        Maybe::Known(connection) if complete(&connection) => {
                            Some((name, Some(Arc::new(connection))))
                        }
                        Maybe::Unknown | Maybe::Known(_) => Some((name, None)),
                    })
                    .collect(),
            ),
        };
        *self
            .configured
            .write()
            .unwrap_or_else(PoisonError::into_inner) = configured;
    }

    /// The connection of this name; without a name, the only one there is, or else
    /// `default`.
    ///
    /// # Errors
    /// Why there is none.
    pub fn find(&self, name: Option<&str>) -> Result<(String, Arc<C>), NoConnection> {
        let kind = self.kind;
        let configured = self
            .configured
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let named = match &*configured {
            Configured::Nothing => return Err(NoConnection::NoneConfigured(kind)),
            Configured::Unknown => return Err(NoConnection::NotKnownYet { kind, name: None }),
            Configured::Named(named) if named.is_empty() => {
                return Err(NoConnection::NoneConfigured(kind));
            }
            Configured::Named(named) => named,
        };
        let known = || named.keys().cloned().collect();
        let name = match (name, named.first_key_value()) {
            (Some(name), _) => name,
            (None, Some((only, _))) if named.len() == 1 => only,
            (None, _) if named.contains_key("default") => "default",
            (None, _) => {
                return Err(NoConnection::Ambiguous {
                    kind,
                    known: known(),
                });
            }
        };
        match named.get(name) {
            Some(Some(connection)) => Ok((name.to_owned(), Arc::clone(connection))),
            Some(None) => Err(NoConnection::NotKnownYet {
                kind,
                name: Some(name.to_owned()),
            }),
            None => Err(NoConnection::NoSuch {
                kind,
                name: name.to_owned(),
                known: known(),
            }),
        }
    }
}

/// The connections that are being made from each other, outermost first.
///
/// # Guarantees
/// A connection that, by way of others, is made from itself is found before anything is
/// connected twice; two connections made from the same third are no circle.
#[derive(Clone, Debug, Default)]
pub struct Lineage(Vec<(&'static str, String)>);

impl Lineage {
    /// Nothing is being made yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The lineage of what the connection `name` of this kind is made from.
    ///
    /// # Errors
    /// [`NoConnection::Circle`], with the whole way round.
    pub fn enter(&self, kind: &'static str, name: &str) -> Result<Self, NoConnection> {
        let mut chain = self.0.clone();
        let again = chain.iter().any(|(k, n)| *k == kind && n == name);
        chain.push((kind, name.to_owned()));
        if again {
            let way: Vec<String> = chain
                .iter()
                .map(|(kind, name)| format!("{kind}.{name}"))
                .collect();
            return Err(NoConnection::Circle(way.join(" → ")));
        }
        Ok(Self(chain))
    }
}

/// What was made from connections, kept by connection and name until the provider is
/// configured anew: a kubeconfig read from a host, a token signed with a key.
#[derive(Debug)]
pub struct Derived<T> {
    made: Mutex<BTreeMap<String, Arc<T>>>,
}

impl<T> Default for Derived<T> {
    fn default() -> Self {
        Self {
            made: Mutex::new(BTreeMap::new()),
        }
    }
}

impl<T> Derived<T> {
    /// What belongs to the connection `name` of this kind: as it was made before, or made now.
    ///
    /// `make` is given the lineage to look up with what it needs itself. Two callers may make
    /// the same at the same time; nobody waits for another, so that even connections that two
    /// callers make from each other end in an error and not in silence.
    ///
    /// # Errors
    /// A circle, or what `make` says. An error is not kept: the next caller tries again.
    pub async fn get<E: From<NoConnection>>(
        &self,
        lineage: &Lineage,
        kind: &'static str,
        name: &str,
        make: impl AsyncFnOnce(Lineage) -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let inner = lineage.enter(kind, name)?;
        let before = self.made().get(name).cloned();
        if let Some(before) = before {
            return Ok(before);
        }
        let made = Arc::new(make(inner).await?);
        Ok(Arc::clone(
            self.made().entry(name.to_owned()).or_insert(made),
        ))
    }

    /// Forgets everything, because the connections are others now.
    pub fn forget(&self) {
        self.made().clear();
    }

    fn made(&self) -> MutexGuard<'_, BTreeMap<String, Arc<T>>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block<const N: usize>(
        named: [(&str, Maybe<&'static str>); N],
    ) -> Maybe<BTreeMap<String, Maybe<&'static str>>> {
        Maybe::Known(
            named
                .into_iter()
                .map(|(name, c)| (name.to_owned(), c))
                .collect(),
        )
    }

    fn connections(
        block: Maybe<BTreeMap<String, Maybe<&'static str>>>,
    ) -> Connections<&'static str> {
        let connections = Connections::new("ssh");
        connections.configure(block, |connection| *connection != "incomplete");
        connections
    }

    fn name<C>(found: Result<(String, C), NoConnection>) -> Result<String, NoConnection> {
        found.map(|(name, _)| name)
    }

    #[test]
    fn the_only_connection_needs_no_name() {
        let one = connections(block([("edge", Maybe::Known("a"))]));
        assert_eq!(name(one.find(None)), Ok("edge".to_owned()));
    }

    #[test]
    fn of_several_the_default_is_meant() {
        let with = connections(block([
            ("default", Maybe::Known("a")),
            ("b", Maybe::Known("b")),
        ]));
        assert_eq!(name(with.find(None)), Ok("default".to_owned()));
        let without = connections(block([("a", Maybe::Known("a")), ("b", Maybe::Known("b"))]));
        assert!(matches!(
            without.find(None),
            Err(NoConnection::Ambiguous { .. })
        ));
    }

    #[test]
    fn an_unknown_connection_leaves_the_others_usable() {
        let mixed = connections(block([
            ("built", Maybe::Unknown),
            ("half", Maybe::Known("incomplete")),
            ("there", Maybe::Known("a")),
        ]));
        assert_eq!(name(mixed.find(Some("there"))), Ok("there".to_owned()));
        for unknown in ["built", "half"] {
            assert!(
                mixed.find(Some(unknown)).unwrap_err().is_not_known_yet(),
                "{unknown}"
            );
        }
        let error = mixed.find(Some("nowhere")).unwrap_err();
        assert!(!error.is_not_known_yet());
        assert!(
            error.to_string().ends_with("there is built, half, there"),
            "{error}"
        );
    }

    #[test]
    fn configuring_again_replaces_what_there_was() {
        let one = connections(block([("a", Maybe::Known("a"))]));
        one.configure(Maybe::Unknown, |_| true);
        assert!(one.find(Some("a")).unwrap_err().is_not_known_yet());
        one.configure(Maybe::Null, |_| true);
        assert_eq!(
            name(one.find(None)),
            Err(NoConnection::NoneConfigured("ssh"))
        );
    }

    #[test]
    fn a_circle_is_named_the_whole_way_round() {
        let outer = Lineage::new().enter("kubernetes", "built").unwrap();
        let inner = outer.enter("ssh", "edge").unwrap();
        let circle = inner.enter("kubernetes", "built").unwrap_err();
        assert!(
            circle
                .to_string()
                .contains("kubernetes.built → ssh.edge → kubernetes.built")
        );
        assert!(outer.enter("ssh", "default").is_ok());
    }

    /// Connections of which each but the first is made from the one before.
    async fn depth(
        derived: &Derived<usize>,
        lineage: Lineage,
        from: &BTreeMap<&str, &str>,
        name: &str,
    ) -> Result<usize, NoConnection> {
        let make = async |inner| match from.get(name) {
            Some(base) => Ok(Box::pin(depth(derived, inner, from, base)).await? + 1),
            None => Ok(0),
        };
        derived
            .get(&lineage, "store", name, make)
            .await
            .map(|depth| *depth)
    }

    #[tokio::test]
    async fn a_connection_is_made_from_others_once() {
        let derived = Derived::default();
        let from = BTreeMap::from([("c", "b"), ("b", "a")]);
        assert_eq!(depth(&derived, Lineage::new(), &from, "c").await, Ok(2));
        // From here on it is there, whatever it would be made from now.
        assert_eq!(
            depth(&derived, Lineage::new(), &BTreeMap::new(), "c").await,
            Ok(2)
        );
        derived.forget();
        assert_eq!(
            depth(&derived, Lineage::new(), &BTreeMap::new(), "c").await,
            Ok(0)
        );
    }

    #[tokio::test]
    async fn connections_made_from_each_other_are_an_error() {
        let derived = Derived::default();
        let from = BTreeMap::from([("a", "b"), ("b", "a")]);
        let circle = depth(&derived, Lineage::new(), &from, "a")
            .await
            .unwrap_err();
        assert_eq!(
            circle.to_string(),
            "connections are made from each other in a circle: store.a → store.b → store.a"
        );
    }
}
