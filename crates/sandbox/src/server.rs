//! What all of the server shares: connectors, sessions, faults and counts.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::agent::{self, Script};
use crate::auth::{Signer, connector_id};
use crate::config::{ConnectorSettings, SandboxConfig};
use crate::faults::Faults;
use crate::idle;
use crate::outage::Outage;
use crate::outgoing::Frame;
use crate::rate::RateLimit;
use crate::session::{EndReason, Session, SessionSpec};
use crate::stats::Stats;

/// A registered connector.
pub(crate) struct Connector {
    pub(crate) id: String,
    pub(crate) settings: Arc<ConnectorSettings>,
    /// Set: its sessions play these frames.
    pub(crate) vector: Option<Arc<[Frame]>>,
    calls: Mutex<RateLimit>,
}

impl Connector {
    /// Whether one more HTTP call is within the limit.
    pub(crate) fn allows_call(&self) -> bool {
        let limit = self.settings.http_calls_per_second;
        lock(&self.calls).allows(limit, Instant::now())
    }
}

pub(crate) struct Shared {
    /// Where the server stands, when a request does not say how it was reached.
    pub(crate) base_url: String,
    pub(crate) base_settings: ConnectorSettings,
    pub(crate) faults: Faults,
    pub(crate) stats: Stats,
    pub(crate) outage: Arc<Outage>,
    /// Cancelled when the server stops.
    pub(crate) stopping: CancellationToken,
    /// Sockets that are being served.
    pub(crate) tasks: TaskTracker,
    script: Arc<Script>,
    signer: Mutex<Arc<Signer>>,
    /// By their ids: the tokens themselves are not kept.
    connectors: Mutex<HashMap<String, Arc<Connector>>>,
    sessions: Mutex<Sessions>,
    max_sessions: usize,
    /// While on, every new session plays these frames, whatever its connector.
    silent: Mutex<Option<Arc<[Frame]>>>,
    down_until: Mutex<Option<Instant>>,
}

#[derive(Default)]
struct Sessions {
    by_id: HashMap<String, Arc<Session>>,
    /// Oldest first.
    order: VecDeque<String>,
}

impl Shared {
    pub(crate) fn new(config: &SandboxConfig, base_url: String) -> std::io::Result<Arc<Self>> {
        let shared = Self {
            base_url,
            base_settings: config.settings.clone(),
            faults: Faults::default(),
            stats: Stats::default(),
            outage: Arc::default(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            script: Arc::new(config.script.clone()),
            signer: Mutex::new(Arc::new(Signer::new(config.signing_key)?)),
            connectors: Mutex::default(),
            sessions: Mutex::default(),
            max_sessions: config.max_sessions.max(1),
            silent: Mutex::default(),
            down_until: Mutex::default(),
        };
        shared.register(&config.connector_token, config.settings.clone(), None);
        Ok(Arc::new(shared))
    }

    /// Adds a connector, or puts it in the place of one with the same token. Its sessions keep what they started with.
    pub(crate) fn register(&self, token: &str, settings: ConnectorSettings, vector: Option<Arc<[Frame]>>) -> String {
        let id = connector_id(token);
        let connector = Connector { id: id.clone(), settings: Arc::new(settings), vector, calls: Mutex::default() };
        lock(&self.connectors).insert(id.clone(), Arc::new(connector));
        id
    }

    /// Whether there was one.
    pub(crate) fn unregister(&self, token: &str) -> bool {
        lock(&self.connectors).remove(&connector_id(token)).is_some()
    }

    pub(crate) fn connector(&self, token: &str) -> Option<Arc<Connector>> {
        self.connector_by_id(&connector_id(token))
    }

    pub(crate) fn connector_by_id(&self, id: &str) -> Option<Arc<Connector>> {
        lock(&self.connectors).get(id).cloned()
    }

    pub(crate) fn signer(&self) -> Arc<Signer> {
        Arc::clone(&lock(&self.signer))
    }

    /// A new key: no token of before is valid any more.
    pub(crate) fn renew_key(&self) -> std::io::Result<()> {
        *lock(&self.signer) = Arc::new(Signer::new(None)?);
        Ok(())
    }

    pub(crate) fn silent(&self) -> Option<Arc<[Frame]>> {
        lock(&self.silent).clone()
    }

    pub(crate) fn set_silent(&self, frames: Option<Arc<[Frame]>>) {
        *lock(&self.silent) = frames;
    }

    pub(crate) fn set_down_until(&self, until: Instant) {
        *lock(&self.down_until) = Some(until);
    }

    pub(crate) fn is_down(&self) -> bool {
        lock(&self.down_until).is_some_and(|until| Instant::now() < until)
    }

    /// Starts a session, its agent and its clock.
    pub(crate) fn create_session(&self, spec: SessionSpec) -> Arc<Session> {
        let scripted = spec.vector.is_none();
        let (session, inputs) = Session::new(spec, self.stopping.child_token());
        tokio::spawn(idle::watch(Arc::clone(&session)));
        if scripted {
            tokio::spawn(agent::run(Arc::clone(&session), Arc::clone(&self.script), inputs));
        }
        let forgotten = {
            let mut sessions = lock(&self.sessions);
            sessions.by_id.insert(session.id.clone(), Arc::clone(&session));
            sessions.order.push_back(session.id.clone());
            let excess = sessions.order.len() > self.max_sessions;
            let oldest = if excess { sessions.order.pop_front() } else { None };
            oldest.and_then(|id| sessions.by_id.remove(&id))
        };
        if let Some(forgotten) = forgotten {
            forgotten.end(EndReason::UserAbandoned);
        }
        session
    }

    pub(crate) fn session(&self, id: &str) -> Option<Arc<Session>> {
        lock(&self.sessions).by_id.get(id).cloned()
    }

    /// All sessions, newest first.
    pub(crate) fn sessions(&self) -> Vec<Arc<Session>> {
        let sessions = lock(&self.sessions);
        sessions.order.iter().rev().filter_map(|id| sessions.by_id.get(id)).cloned().collect()
    }

    pub(crate) fn forget_sessions(&self) {
        *lock(&self.sessions) = Sessions::default();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
