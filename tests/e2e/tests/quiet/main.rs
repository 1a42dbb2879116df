//! What measures the work of a page: for a machine that does nothing else, where the engine measures it.

mod hostile;
mod speed;
