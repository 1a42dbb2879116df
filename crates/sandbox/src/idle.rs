//! The clock of a session: it ends when nothing was received for too long.

use std::sync::Arc;

use tokio::time::{Instant, sleep_until};

use crate::session::{EndReason, Session};

/// Ends and expires the session once its time without a frame is up; returns when it is over for any reason.
pub(crate) async fn watch(session: Arc<Session>) {
    let idle = session.spec.settings.idle_timeout();
    loop {
        let deadline = session.lock().last_received + idle;
        if Instant::now() >= deadline {
            tracing::info!(session = session.id, "expired: nothing was received");
            session.end(EndReason::UserAbandoned);
            session.expire();
            return;
        }
        tokio::select! {
            () = session.done.cancelled() => return,
            () = sleep_until(deadline) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::config::ConnectorSettings;
    use crate::session::SessionSpec;

    /// A session of the default settings, so with a timeout of 600 s, and its clock.
    fn session() -> (Arc<Session>, tokio::task::JoinHandle<()>) {
        let spec = SessionSpec {
            token: [0; 32],
            user: "user".to_owned(),
            connector_id: "connector".to_owned(),
            settings: Arc::new(ConnectorSettings::default()),
            streaming: false,
            platform: "web".to_owned(),
            device_type: None,
            base_url: "http://localhost".to_owned(),
            vector: None,
        };
        let (session, _) = Session::new(spec, CancellationToken::new());
        (Arc::clone(&session), tokio::spawn(watch(session)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_expires_after_its_time_and_not_before() {
        let (session, clock) = session();
        let start = Instant::now();
        clock.await.expect("no panic");
        assert!(start.elapsed() >= Duration::from_secs(600) && start.elapsed() < Duration::from_secs(601));
        assert!(session.lock().expired);
        assert_eq!(session.lock().ended, Some(EndReason::UserAbandoned));
    }

    #[tokio::test(start_paused = true)]
    async fn whatever_is_received_starts_the_time_anew() {
        let (session, clock) = session();
        let start = Instant::now();
        for frame in [r#"{"type":"EVENT_TYPE_HEARTBEAT","payload":{}}"#, "nonsense"] {
            advance(Duration::from_secs(500)).await;
            session.receive(1, frame);
        }
        advance(Duration::from_secs(500)).await;
        session.ignore(1, "over the rate limit");
        clock.await.expect("no panic");
        assert_eq!(start.elapsed().as_secs(), 2_100);
    }

    #[tokio::test(start_paused = true)]
    async fn the_clock_of_a_session_that_ended_stops() {
        let (session, clock) = session();
        let start = Instant::now();
        session.end(EndReason::UserEnd);
        clock.await.expect("no panic");
        assert!(start.elapsed() < Duration::from_secs(1));
        assert!(!session.lock().expired);
    }
}
