//! A local Messaging API server.
