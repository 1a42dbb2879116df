//! Static files: the demo and the package, always fresh.

use poly_messaging_sandbox::SandboxConfig;

use crate::client::Bench;

#[tokio::test]
async fn www_and_pkg_are_served_with_their_types_and_never_cached() {
    let root = std::env::temp_dir().join(format!("sandbox-files-{}", uuid::Uuid::new_v4()));
    let (www, pkg) = (root.join("www"), root.join("pkg"));
    for (dir, name, content) in [(&www, "index.html", "<p>hi"), (&pkg, "a.wasm", "\0asm"), (&pkg, "a.js", "1")] {
        std::fs::create_dir_all(dir).expect("a folder");
        std::fs::write(dir.join(name), content).expect("a file");
    }
    let bench = Bench::of(SandboxConfig { www: Some(www), pkg: Some(pkg), ..SandboxConfig::default() }).await;
    for (path, content_type) in [
        ("/", "text/html"),
        ("/index.html", "text/html"),
        ("/pkg/a.wasm", "application/wasm"),
        ("/pkg/a.js", "text/javascript"),
    ] {
        let response = bench.http.get(bench.url(path)).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], content_type, "{path}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
    }
    for path in ["/missing", "/pkg/../../etc/passwd", "/pkg/%2e%2e/www/index.html", "/assets/missing.svg"] {
        let response = bench.http.get(bench.url(path)).send().await.expect("an answer");
        assert_eq!(response.status(), 404, "{path}");
    }
    std::fs::remove_dir_all(root).expect("the folder was there");
}
