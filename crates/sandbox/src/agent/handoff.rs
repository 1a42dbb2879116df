//! Handoffs: to a live agent through a queue and back, to wherever the client takes the user, and those that come to
//! nothing.
//!
//! Source: Messaging API, "Handoff".

use serde_json::{Value, json};

use super::runner::Runner;
use super::script::Reply;
use crate::session::Presence;

impl Runner {
    /// Server-managed: the user waits in the queue and goes on with the live agent.
    pub(super) async fn hand_over(&self) {
        let live = &self.script.live_agent;
        self.session.emit("POLY_AGENT_TRIGGERED_HANDOFF", json!({}));
        let left = json!({ "reason": "HANDOFF" });
        self.session.emit_presence(Presence::Queue, "POLY_AGENT_LEFT", left);
        self.session.emit("HANDOFF_ACCEPTED", json!({ "queue_name": live.queue }));
        for position in &live.positions {
            self.session.emit("HANDOFF_QUEUE_STATUS", self.queue_status(*position));
            self.pause().await;
        }
        let agent = json!({ "id": live.id, "name": live.name, "avatar_url": self.absolute(&live.avatar) });
        self.session.emit_presence(Presence::Live, "LIVE_AGENT_JOINED", json!({ "agent": agent }));
        self.say_live(&Reply { say: live.hello.clone(), ..Reply::default() }).await;
    }

    /// The live agent leaves, and the conversation goes back to the agent.
    pub(super) async fn take_back(&self) {
        let live = &self.script.live_agent;
        let left = json!({ "agent_id": live.id, "agent_name": live.name, "reason": "RESOLVED" });
        self.session.emit_presence(Presence::Poly, "LIVE_AGENT_LEFT", left);
        self.announce();
        self.say(&self.script.welcome_back).await;
    }

    /// Client-managed: the application takes the user elsewhere, and nobody is left here.
    pub(super) async fn send_elsewhere(&self) {
        let handoff = &self.script.client_handoff;
        self.session.emit("POLY_AGENT_TRIGGERED_HANDOFF", json!({}));
        let required = json!({ "reason": handoff.reason, "queue_name": handoff.queue, "route": handoff.route });
        self.session.emit("CLIENT_HANDOFF_REQUIRED", required);
        self.pause().await;
        self.session.emit_presence(Presence::Nobody, "POLY_AGENT_LEFT", json!({ "reason": "HANDOFF" }));
    }

    pub(super) async fn fail_handoff(&self) {
        self.session.emit("POLY_AGENT_TRIGGERED_HANDOFF", json!({}));
        self.pause().await;
        self.session.emit("HANDOFF_FAILED", json!({ "reason": "provider unavailable" }));
    }

    pub(super) async fn time_out_handoff(&self) {
        let live = &self.script.live_agent;
        self.session.emit("POLY_AGENT_TRIGGERED_HANDOFF", json!({}));
        self.session.emit("HANDOFF_ACCEPTED", json!({ "queue_name": live.queue }));
        let position = live.positions.first().copied().unwrap_or(1);
        self.session.emit("HANDOFF_QUEUE_STATUS", self.queue_status(position));
        self.pause().await;
        self.session.emit("HANDOFF_TIMEOUT", json!({ "reason": "no agent became available" }));
    }

    fn queue_status(&self, position: u32) -> Value {
        let live = &self.script.live_agent;
        let place = if position == 1 { "You are next.".to_owned() } else { format!("You are number {position}.") };
        json!({
            "queue_name": live.queue,
            "position_in_queue": position,
            "estimated_wait_seconds": position.saturating_mul(live.seconds_per_position),
            "display_message": place,
        })
    }
}
