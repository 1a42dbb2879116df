//! Where things lie in the working copy.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// The stem of the WebAssembly module and of the glue that wasm-bindgen makes for it.
pub(crate) const MODULE: &str = "poly_messaging_web";

/// The root of the working copy.
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        // As `cargo run` says it now: a target folder that several working copies share may hold the xtask of another.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).join("../..");
        root.canonicalize().unwrap_or(root)
    });
    &ROOT
}

/// The npm package's files.
pub(crate) fn pkg() -> PathBuf {
    root().join("pkg")
}

/// What wasm-bindgen generates, before it is bundled. `#wasm` in tsconfig.json means this folder.
pub(crate) fn bindings() -> PathBuf {
    root().join("target/wasm-bindgen")
}

/// The demo site as the sandbox serves it.
pub(crate) fn demo() -> PathBuf {
    root().join("target/demo")
}

/// The compiled unit tests of js/.
pub(crate) fn js_tests() -> PathBuf {
    root().join("target/js-tests")
}

/// The React pages of the end-to-end tests.
pub(crate) fn react_pages() -> PathBuf {
    root().join("target/react-pages")
}

/// The projects that the package is tested in, and the tools that build them.
pub(crate) fn packaging() -> PathBuf {
    root().join("target/packaging")
}

/// Notes on which step was last done with which inputs.
pub(crate) fn stamps() -> PathBuf {
    root().join("target/xtask")
}

/// Where cargo puts what it compiles: `target/`, unless the environment or cargo's configuration says otherwise.
pub(crate) fn cargo_target() -> &'static Path {
    static TARGET: LazyLock<PathBuf> = LazyLock::new(|| {
        // target/debug/xtask is what runs now, so its folder's parent is the answer, whoever configured it.
        std::env::current_exe()
            .ok()
            .and_then(|exe| Some(exe.parent()?.parent()?.to_owned()))
            .unwrap_or_else(|| root().join("target"))
    });
    &TARGET
}

/// A program of this workspace, as `cargo build` leaves it.
pub(crate) fn program(name: &str) -> PathBuf {
    cargo_target().join("debug").join(name).with_extension(std::env::consts::EXE_EXTENSION)
}
