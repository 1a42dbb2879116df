//! wasm-bindgen's test runner as a program of this workspace, so that it always has the version of
//! wasm-bindgen that the tests are built with. `cargo xtask test browser` names it to cargo as the runner
//! for wasm32; a crate of its own, because xtask itself needs none of what it brings along.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
