//! Sessions that are shared.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use plinth_wait::{Backoff, Class, Instant, RetryError, Scope, retry};

use crate::connection::{Connection, Failure};
use crate::{Command, Error, Host, Login, Output, Reason, Settings, Step, Target, Transport};

/// Keeps one session per login. Clones share the sessions.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    settings: Settings,
    slots: Mutex<HashMap<Vec<u8>, Arc<Slot>>>,
    /// One per host and port: servers drop connections when too many log in at a time.
    gates: Mutex<HashMap<(String, u16), Gate>>,
}

type Gate = Arc<tokio::sync::Mutex<()>>;

#[derive(Debug, Default)]
struct Slot {
    state: tokio::sync::Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    connection: Option<Arc<Connection>>,
    /// When the last attempt failed, and how, for those who waited for it meanwhile.
    failure: Option<(Instant, Error)>,
}

impl Pool {
    /// An empty pool.
    pub fn new(settings: Settings) -> Self {
        Self {
            shared: Arc::new(Shared {
                settings,
                ..Shared::default()
            }),
        }
    }

    /// A host to work on. Nothing is connected before the first command.
    pub fn host(&self, login: Login) -> Host {
        let slot = {
            let mut slots = self
                .shared
                .slots
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(login.identity()).or_default())
        };
        Host::new(Arc::new(Pooled {
            shared: Arc::clone(&self.shared),
            slot,
            login,
        }))
    }

    /// Closes every session. Commands that still run end with an error. A host can be used again
    /// afterwards, with a new session.
    pub async fn close(&self) {
        let slots: Vec<Arc<Slot>> = {
            let slots = self
                .shared
                .slots
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            slots.values().cloned().collect()
        };
        let mut goodbyes = tokio::task::JoinSet::new();
        for slot in slots {
            goodbyes.spawn(async move {
                let connection = slot.state.lock().await.connection.take();
                if let Some(connection) = connection {
                    connection.close().await;
                }
            });
        }
        goodbyes.join_all().await;
    }
}

/// A host whose session is taken from a pool for every command.
struct Pooled {
    shared: Arc<Shared>,
    slot: Arc<Slot>,
    login: Login,
}

impl Pooled {
    /// The session, made anew if there is none or if it has died.
    async fn connection(&self, scope: &Scope) -> Result<Arc<Connection>, Error> {
        let asked = Instant::now();
        let interrupted = |why| Error::new(&self.login.target, Step::Connect, Reason::from(why));
        let mut state = scope
            .run(self.slot.state.lock())
            .await
            .map_err(interrupted)?;
        if let Some(connection) = state.connection.as_ref().filter(|one| one.is_alive()) {
            return Ok(Arc::clone(connection));
        }
        if let Some((when, error)) = &state.failure
            && *when >= asked
        {
            return Err(error.clone());
        }
        state.connection = None;
        let connected = self.connect(scope).await;
        match connected {
            Ok(connection) => {
                let connection = Arc::new(connection);
                state.failure = None;
                state.connection = Some(Arc::clone(&connection));
                Ok(connection)
            }
            Err(error) => {
                // That one caller was interrupted says nothing to the others.
                state.failure = (!error.is_interrupted()).then(|| (Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Asks for one type of host key after the other while the host shows another key than the
    /// pinned one: it may have that one, too.
    async fn open(&self, scope: &Scope) -> Result<Connection, Error> {
        let Login {
            target, host_key, ..
        } = &self.login;
        let mut failure = None;
        for algorithms in host_key.algorithms(target) {
            match Connection::open(scope, &self.login, &self.shared.settings, algorithms).await {
                Err(error) if error.is_another_host_key() => failure.get_or_insert(error),
                result => return result,
            };
        }
        let nothing = || Reason::KeyExchange("there is no algorithm to ask for".into());
        Err(failure.unwrap_or_else(|| Error::new(target, Step::Handshake, nothing())))
    }

    async fn connect(&self, scope: &Scope) -> Result<Connection, Error> {
        let target = &self.login.target;
        let gate = {
            let mut gates = self
                .shared
                .gates
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            Arc::clone(
                gates
                    .entry((target.address.clone(), target.port))
                    .or_default(),
            )
        };
        let open = async || {
            let _turn = scope
                .run(gate.lock())
                .await
                .map_err(|why| Error::new(target, Step::Connect, Reason::from(why)))?;
            self.open(scope).await
        };
        let Some(wait_for) = self.login.wait_for else {
            return open().await;
        };
        let limited = scope.within(wait_for);
        let classify = |error: &Error| {
            if error.may_pass() {
                Class::Retry
            } else {
                Class::Fail
            }
        };
        match retry(&limited, &Backoff::default(), |_| open(), classify).await {
            Ok(connection) => Ok(connection),
            Err(RetryError::Failed(error)) => Err(error),
            Err(RetryError::Interrupted { why, last, .. }) => {
                let interrupted = || Error::new(target, Step::Connect, Reason::from(why));
                match scope.check() {
                    // Only the waiting time is over: what kept the host away is the reason.
                    Ok(()) => Err(last.unwrap_or_else(|| {
                        Error::new(target, Step::Connect, Reason::Timeout(wait_for))
                    })),
                    Err(_) => Err(interrupted()),
                }
            }
        }
    }
}

#[async_trait]
impl Transport for Pooled {
    fn target(&self) -> &Target {
        &self.login.target
    }

    async fn exec(&self, scope: &Scope, command: Command) -> Result<Output, Error> {
        let fail = |reason| Error::new(&self.login.target, Step::Run, reason);
        let connection = self.connection(scope).await?;
        match connection.exec(scope, &command).await {
            Ok(output) => return Ok(output),
            // The session died while nobody used it. The command was never sent, so one new
            // session is tried.
            Err(Failure::NotStarted(Reason::ConnectionLost(_))) => {}
            Err(Failure::NotStarted(reason) | Failure::Failed(reason)) => return Err(fail(reason)),
        }
        drop(connection);
        let connection = self.connection(scope).await?;
        connection
            .exec(scope, &command)
            .await
            .map_err(|failure| match failure {
                Failure::NotStarted(reason) | Failure::Failed(reason) => fail(reason),
            })
    }

    async fn host_key_line(&self, scope: &Scope) -> Result<String, Error> {
        let connection = self.connection(scope).await?;
        let target = &self.login.target;
        Ok(connection
            .host_key()
            .known_hosts_line(&target.address, target.port))
    }
}
