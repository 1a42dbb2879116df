//! What measures the work of a page, and pictures that are compared: for a machine that does nothing else.

mod hostile;
mod screenshots;
mod speed;
