//! The harness drives each engine as the other tests need it.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{self, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use e2e::{Engine, Page, Preference, Screen, key};
use serde_json::json;

/// A page with a button that answers late, so that there is something to wait for.
async fn open_form(page: &Page) {
    page.open("data:text/html,<title>form</title><main></main>").await;
    page.eval(
        r#"
        document.querySelector("main").innerHTML = `<input id="name"><button disabled>Greet</button><p hidden></p>`;
        const [name, button, answer] = document.querySelectorAll("input, button, p");
        name.oninput = () => setTimeout(() => (button.disabled = false), 100);
        button.onclick = () => setTimeout(() => {
            answer.hidden = false;
            answer.textContent = `Hello, ${name.value}!`;
        }, 100);
        "#,
        &[],
    )
    .await;
}

#[test]
fn types_clicks_and_waits() {
    e2e::in_browser(async |page| {
        open_form(page).await;
        assert_eq!(page.attribute("button", "disabled").await.as_deref(), Some("true"));
        page.type_into("#name", "Ada").await;
        page.click("button").await;
        page.wait_for("p").await;
        assert_eq!(page.wait_for_text("p", "Hello").await, "Hello, Ada!");
        assert_eq!(page.texts("p").await, ["Hello, Ada!"]);
        page.eval("document.querySelector('p').remove();", &[]).await;
        page.wait_for_none("p").await;
    });
}

#[test]
fn returns_what_a_promise_brings() {
    e2e::in_browser(async |page| {
        open_form(page).await;
        let sum = page.eval_async("return (await Promise.resolve(arguments[0])) + 1;", &[json!(41)]).await;
        assert_eq!(sum, 42);
        let agent = page.eval("return navigator.userAgent;", &[]).await.to_string();
        let mark = match page.engine() {
            Engine::Chromium => "Chrome/",
            Engine::Firefox => "Gecko/",
            Engine::WebKit => "Version/",
        };
        assert!(agent.contains(mark), "{agent}");
    });
}

#[test]
#[should_panic(expected = "the page says no")]
fn reports_a_promise_that_is_rejected() {
    e2e::in_browser(async |page| {
        open_form(page).await;
        page.eval_async("throw new Error('the page says no');", &[]).await;
    });
}

#[test]
fn windows_share_what_is_stored() {
    e2e::on_sandbox(async |page, sandbox| {
        page.open(&sandbox.page("/elsewhere.html")).await;
        page.eval("localStorage.setItem('told', 'yes');", &[]).await;
        let first = page.window().await;
        let second = page.new_window().await;
        page.open(&sandbox.page("/elsewhere.html")).await;
        page.wait_until("localStorage.getItem('told') === 'yes'").await;
        assert_eq!(page.windows().await.len(), 2);
        page.close_window(&first).await;
        assert_ne!(page.window().await, second);
    });
}

#[test]
fn a_profile_outlives_its_browser() {
    e2e::on_profile(async |visits, sandbox| {
        for count in 1..=2 {
            visits
                .visit(sandbox, async |page| {
                    page.open(&sandbox.page("/visits.html")).await;
                    assert_eq!(page.wait_until("globalThis.visits").await, count);
                })
                .await;
        }
    });
}

/// A page with an element whose shadow root holds a form, in which another element has a shadow root.
async fn open_shadow(page: &Page) {
    page.open("data:text/html,<title>shadow</title><button id=outside>Outside</button><x-outer></x-outer>").await;
    page.eval(
        r#"
        const root = document.querySelector("x-outer").attachShadow({ mode: "open" });
        root.innerHTML = `<input part="name"><button part="greet">Greet</button><p hidden></p><x-inner></x-inner>`;
        root.querySelector("x-inner").attachShadow({ mode: "open" }).innerHTML = `<a href="?">one</a><a href="?">two</a>`;
        const [name, button, answer] = root.querySelectorAll("input, button, p");
        button.onclick = () => {
            answer.hidden = false;
            answer.textContent = `Hello, ${name.value}!`;
        };
        "#,
        &[],
    )
    .await;
}

#[test]
fn reaches_into_shadow_roots() {
    e2e::in_browser(async |page| {
        open_shadow(page).await;
        page.type_into("x-outer >>> [part~=name]", "Ada").await;
        page.click("x-outer >>> [part~=greet]").await;
        page.wait_for("x-outer >>> p").await;
        assert_eq!(page.wait_for_text("x-outer >>> p", "Hello").await, "Hello, Ada!");
        assert_eq!(page.text("x-outer >>> p").await, "Hello, Ada!");
        assert_eq!(page.attribute("x-outer >>> button", "part").await.as_deref(), Some("greet"));
        assert_eq!(page.count("x-outer >>> input").await, 1);
        assert_eq!(page.texts("x-outer >>> x-inner >>> a").await, ["one", "two"]);
        assert_eq!(page.count("x-outer >>> x-inner >>> a").await, 2);
        assert_eq!(page.count("input").await, 0);
        page.eval("document.querySelector('x-outer').shadowRoot.querySelector('p').remove();", &[]).await;
        page.wait_for_none("x-outer >>> p").await;
    });
}

#[test]
fn keys_go_where_the_focus_is() {
    e2e::in_browser(async |page| {
        open_shadow(page).await;
        page.tab_to("x-outer >>> [part~=name]").await;
        page.write("Bob").await;
        page.press_with(key::SHIFT, key::TAB).await;
        page.wait_for_focus("#outside").await;
        page.tab_to("x-outer >>> [part~=greet]").await;
        assert_eq!(page.focus().await, "greet “Greet”");
        page.press(key::ENTER).await;
        assert_eq!(page.text("x-outer >>> p").await, "Hello, Bob!");
        page.tab_to("x-outer >>> x-inner >>> a:last-child").await;
        assert!(!page.has_focus("x-outer >>> x-inner >>> a:first-child").await);
    });
}

#[test]
fn a_page_is_shown_on_any_screen() {
    e2e::on_sandbox(async |page, sandbox| {
        page.open(&sandbox.page("/elsewhere.html")).await;
        for screen in [Screen::Desktop, Screen::Phone, Screen::Desktop] {
            page.resize(screen).await;
            let (width, height) = screen.size_in(page.engine());
            assert_eq!(page.eval("return [innerWidth, innerHeight];", &[]).await, json!([width, height]));
        }
    });
}

#[test]
fn a_user_has_preferences() {
    e2e::on_private_sandbox(async |page, sandbox| {
        page.open(&sandbox.page("/elsewhere.html")).await;
        let all = [Preference::Dark, Preference::ReducedMotion, Preference::ForcedColors];
        assert_eq!(page.prefer(&all).await, page.engine() != Engine::WebKit);
        page.prefer(&[]).await;
        for query in ["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)", "(forced-colors: active)"] {
            page.wait_until(&format!("!matchMedia('{query}').matches")).await;
        }
    });
}

#[test]
#[ignore = "the next one runs it, and kills it"]
#[expect(clippy::print_stdout, reason = "it says when")]
fn waits_to_be_killed() {
    e2e::in_browser(async |page| {
        page.open("data:text/html,<title>waiting</title>").await;
        println!("\nit waits");
        page.wait_until("false").await;
    });
}

/// The processes that have a folder's name in their environment, where the system says so.
fn processes_with(folder: &str) -> Vec<PathBuf> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let has_folder = |process: &PathBuf| {
        let variables = fs::read(process.join("environ")).unwrap_or_default();
        String::from_utf8_lossy(&variables).contains(folder)
    };
    processes.filter(has_folder).collect()
}

#[test]
fn tests_that_are_killed_leave_no_browser_and_no_folder() {
    let folder = env::temp_dir().join(format!("killed-{}", process::id()));
    fs::create_dir_all(&folder).expect("cannot make a temporary folder");
    let name = folder.to_str().expect("a name").to_owned();
    let mut tests = Command::new(env::current_exe().expect("this program has a file"))
        .args(["--exact", "--ignored", "--nocapture", "waits_to_be_killed"])
        .env("TMPDIR", &folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program can be started again");
    let lines = BufReader::new(tests.stdout.take().expect("its output is piped")).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "it waits"), "it did not come to wait");
    assert!(
        fs::read_dir(&folder).expect("a folder").count() > 0
            && (!cfg!(target_os = "linux") || processes_with(&name).len() > 2)
    );
    tests.kill().expect("it can be killed");
    tests.wait().expect("it ends");
    let deadline = Instant::now() + e2e::patient(Duration::from_secs(20));
    loop {
        let left = fs::read_dir(&folder).expect("a folder").count();
        let running = processes_with(&name);
        if left == 0 && running.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "{left} folders are left, and {running:?} run");
        thread::sleep(Duration::from_millis(50));
    }
    fs::remove_dir(&folder).expect("the folder is empty");
}

#[test]
fn a_browser_goes_to_the_next_test_as_it_was() {
    let leave_all = "
        const answer = (request) => new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
        document.cookie = 'left=behind';
        localStorage.left = sessionStorage.left = globalThis.name = 'behind';
        const opening = indexedDB.open('left');
        opening.onupgradeneeded = () => opening.result.createObjectStore('behind');
        await answer(opening);
        await (await caches.open('left')).put('/behind', new Response('behind'));
        history.pushState('left', '', '?behind');
        console.warn('left behind');";
    let look = "return [
        document.cookie, localStorage.length, sessionStorage.length, globalThis.name,
        (await indexedDB.databases()).length, (await caches.keys()).length, navigator.onLine, innerWidth, innerHeight,
    ];";
    let seen = std::sync::Mutex::new(serde_json::Value::Null);
    e2e::one_after_the_other(
        async |page, sandbox| {
            page.open(&sandbox.page("/elsewhere.html")).await;
            *seen.lock().expect("nothing panicked") = page.eval_async(look, &[]).await;
            page.eval_async(leave_all, &[]).await;
            page.resize(Screen::Phone).await;
            page.new_window().await;
            page.open(&sandbox.page("/elsewhere.html")).await;
            page.client().set_window_size(700, 500).await.expect("the window changes its size");
            page.press(key::SHIFT).await;
            page.set_offline(true).await;
        },
        async |page, sandbox| {
            assert_eq!(page.windows().await.len(), 1);
            assert_eq!(page.eval("return history.length;", &[]).await, 1);
            page.open(&sandbox.page("/elsewhere.html")).await;
            assert_eq!(page.eval_async(look, &[]).await, *seen.lock().expect("nothing panicked"));
            let left: Vec<_> = page.console().await.into_iter().filter(|line| line.contains("left behind")).collect();
            assert_eq!(left, [""; 0]);
        },
    );
}
