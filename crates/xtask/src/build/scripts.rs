//! The scripts of the package, one for each entry: bundled by esbuild, shrunk by terser.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{BROWSERS, Options, glue, style, variant};
use crate::{
    project::{MODULE, bindings, pkg, root},
    steps::{copy, files_below, remove, run, step},
    tools,
};

/// One script of the package.
pub(crate) struct Script {
    /// Its name in pkg/.
    pub(crate) name: &'static str,
    /// What it is made from.
    source: &'static str,
    kind: Kind,
}

impl Script {
    /// The name of its source map in pkg/.
    pub(crate) fn map(&self) -> String {
        format!("{}.map", self.name)
    }
}

/// The module as text, as a source map names it. A map does not repeat it: it would be twice as large again.
const BYTES: &str = "/bytes.js";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An ES module that imports nothing.
    Alone,
    /// An ES module that imports `./index.js`, so that a page has one chat client whatever entries it uses.
    BesideIndex,
    /// A script for pages without ES modules.
    Classic,
}

/// What a script `BesideIndex` may import.
const BESIDE: [&str; 2] = ["./index.js", "react"];

/// All scripts of the package.
pub(crate) const SCRIPTS: [Script; 9] = [
    Script { name: "index.js", source: "js/src/index.ts", kind: Kind::Alone },
    Script { name: "inline.js", source: "js/src/inline.ts", kind: Kind::Alone },
    Script { name: "react.js", source: "js/src/react.ts", kind: Kind::BesideIndex },
    Script { name: "webview.js", source: "js/src/webview.ts", kind: Kind::Alone },
    Script { name: "text.js", source: "js/src/text.ts", kind: Kind::Alone },
    Script { name: "widget.js", source: "js/src/widget.ts", kind: Kind::BesideIndex },
    Script { name: "poly-messaging.js", source: "js/src/classic.ts", kind: Kind::Classic },
    Script { name: "poly-chat.js", source: "js/src/poly-chat.ts", kind: Kind::Classic },
    Script { name: "poly_messaging_web.js", source: "target/wasm-bindgen/bytes.js", kind: Kind::Alone },
];

/// What is done to a script that esbuild made: terser looks further than esbuild does, and writes functions as arrows and
/// methods where nothing tells the difference (none of them is called with `new`). The choice is what compresses best. The comments that stay are for bundlers.
const TERSER: [&str; 5] = [
    "--ecma=2022",
    "--mangle",
    "--compress=ecma=2022,passes=2,unsafe_arrows=true,unsafe_methods=true,hoist_funs=true,directives=false",
    "--comments=/@vite-ignore|webpackIgnore/",
    // A page in any encoding reads them alike.
    "--format=ascii_only=true",
];

/// What the messages of webview.js look like: shipped as it stands.
const SCHEMA: &str = "webview.schema.json";

/// The name of the step.
pub(super) const STEP: &str = "scripts";

/// Makes pkg/*.js.
pub(super) fn bundle(options: Options) -> Result<()> {
    let mut inputs = ["js/src", "tsconfig.json", "package.json"].map(|path| root().join(path)).to_vec();
    inputs.extend([style::sheet(), glue(), bindings().join("snippets"), bindings().join("bytes.js")]);
    let variant = [variant(options), &TERSER.join(" ")].join(" ");
    let names = SCRIPTS.iter().map(|script| script.name).chain([SCHEMA]);
    let outputs: Vec<_> = names.map(|name| pkg().join(name)).collect();
    step(STEP, &variant, &inputs, &outputs, || {
        for file in files_below(&pkg())?.iter().filter(|file| is_script(file)) {
            remove(file)?;
        }
        for script in &SCRIPTS {
            script.make(options)?;
        }
        copy(&root().join("js/src").join(SCHEMA), &pkg().join(SCHEMA))
    })
}

fn is_script(file: &Path) -> bool {
    let name = file.to_string_lossy();
    name.ends_with(".js") || name.ends_with(".js.map")
}

impl Script {
    fn make(&self, options: Options) -> Result<()> {
        let Self { name, source, kind } = *self;
        let output = format!("pkg/{name}");
        ensure!(root().join(source).exists(), "{source} is missing");
        let mut esbuild = tools::npm_program("esbuild");
        esbuild.args([source, "--bundle", "--log-level=warning", style::AS_TEXT]);
        esbuild.arg("--sourcemap");
        esbuild.args([format!("--target={BROWSERS}"), format!("--outfile={output}")]);
        esbuild.arg(if kind == Kind::Classic { "--format=iife" } else { "--format=esm" });
        if kind == Kind::BesideIndex {
            esbuild.args(BESIDE.map(|import| format!("--external:{import}")));
        }
        let metafile = bindings().join(format!("{name}.json"));
        esbuild.arg(format!("--metafile={}", metafile.display()));
        if !options.dev {
            // Whitespace is for terser to take out: esbuild takes the comments for bundlers with it.
            esbuild.args(["--minify-syntax", "--minify-identifiers", "--legal-comments=none"]);
        }
        run(&mut esbuild, "The lines above say where js/ does not compile.")?;
        if !options.dev {
            let mut terser = tools::npm_program("terser");
            terser.args([&output, &format!("--output={output}")]).args(TERSER);
            terser.arg(format!("--source-map=content='{output}.map',url='{name}.map',includeSources"));
            if kind != Kind::Classic {
                terser.arg("--module");
            }
            run(&mut terser, "Is node_modules whole? `npm ci` installs it anew.")?;
        }
        self.lighten()?;
        self.check(&metafile)
    }

    /// Takes the module's text out of the source map.
    fn lighten(&self) -> Result<()> {
        let path = pkg().join(self.map());
        let mut map: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        let sources = map["sources"].as_array().cloned().context("a source map names its sources")?;
        for (at, source) in sources.iter().enumerate() {
            if source.as_str().is_some_and(|source| source.ends_with(BYTES)) {
                map["sourcesContent"][at] = Value::Null;
            }
        }
        Ok(fs::write(path, map.to_string())?)
    }

    /// Checks what the bundler is trusted with: what is imported, and from where the module is loaded.
    fn check(&self, metafile: &Path) -> Result<()> {
        let output = format!("pkg/{}", self.name);
        let script: String = fs::read_to_string(root().join(&output))?.split_whitespace().collect();
        let names_module = script.contains(&format!("newURL(\"./{MODULE}.wasm\",import.meta.url)"));
        ensure!(
            names_module == (self.name == "index.js"),
            "which script loads {MODULE}.wasm is not as it was: {output}"
        );
        let told: Value = serde_json::from_str(&fs::read_to_string(metafile)?)?;
        let imports = told["outputs"][&output]["imports"].as_array().context("esbuild does not tell the imports")?;
        for import in imports.iter().filter_map(|import| import["path"].as_str()) {
            let allowed = self.kind == Kind::BesideIndex && BESIDE.contains(&import);
            ensure!(allowed, "{output} must not import {import}");
        }
        Ok(())
    }
}
