//! The Messaging API client as a pure state machine.
