//! `<poly-chat>`, on the demo site and on pages of the tests' own.

mod axe;
mod booking;
mod connection;
mod controls;
mod element;
mod handoff;
mod hands;
mod host_pages;
mod hostile;
mod messages;
mod pictures;
mod readers;
mod reconnect;
mod rooms;
mod site;
mod story;
mod strict_policy;
mod texts;
mod windows;
