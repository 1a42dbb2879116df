//! What a browser gives: one file per facility. Each carries out what it is told and reports to an [`Inbox`]; none
//! knows the driver or the engine's state. All of them work in pages and in workers.

pub(crate) mod answers;
pub(crate) mod clock;
pub(crate) mod http;
pub(crate) mod lifecycle;
pub(crate) mod socket;
pub(crate) mod storage;
pub(crate) mod timers;

#[cfg(test)]
pub(crate) mod testing;

use std::rc::Rc;

use poly_messaging_engine::Input;

/// Where a facility reports what happened. Called at the top of a turn, never from within a call into the facility.
pub(crate) type Inbox = Rc<dyn Fn(Input)>;
