//! The chat without the widget: on pages of the tests' own (`pages/`), in React, with tokens from a backend, under a strict policy.

mod policy;
mod react;
mod survive;
mod tokens;
mod vectors;
