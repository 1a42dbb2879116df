//! Access tokens from a backend: the connector token never reaches the page. All that crosses between the browser and the
//! world is recorded, and all that a script of the page could lay its hands on is searched.

use e2e::{Page, Sandbox, Tap, TokenBackend, holds};
use serde_json::{Value, json};
use url::form_urlencoded;

const CONNECTOR: &str = "a-connector-token-that-no-page-may-ever-see";

/// A site, its backend and PolyAI, each behind a wire that is listened to.
struct World<'a> {
    page: &'a Page,
    sandbox: &'a Sandbox,
    backend: TokenBackend,
    site_tap: Tap,
    backend_tap: Tap,
    polyai_tap: Tap,
}

impl<'a> World<'a> {
    async fn new(name: &str, page: &'a Page, sandbox: &'a Sandbox) -> Self {
        let settings = json!({ "pace_ms": 1, "step_ms": 1 });
        sandbox.order(&format!("/connectors/{CONNECTOR}"), &settings).await;
        let site_tap = Tap::before(&sandbox.page("/")).await;
        let polyai_tap = Tap::before(&sandbox.url("/")).await;
        let backend = TokenBackend::start(
            &format!("{name}-{}", page.engine()),
            &[
                ("POLYAI_CONNECTOR_TOKEN", CONNECTOR),
                ("POLYAI_HOST", &site_tap.address),
                ("POLYAI_API_URL", &sandbox.url("/api/v1")),
                ("ALLOWED_ORIGINS", &site_tap.address),
            ],
        )
        .await;
        let backend_tap = Tap::before(&backend.url).await;
        Self { page, sandbox, backend, site_tap, backend_tap, polyai_tap }
    }

    /// The address of the page as of this origin.
    fn address(&self, origin: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("api", &self.polyai_tap.address);
        query.append_pair("backend", &format!("{}/chat-token", self.backend_tap.address));
        format!("{origin}/token.html?{}", query.finish())
    }

    async fn open(&self) {
        self.page.open(&self.address(&self.site_tap.address)).await;
        self.page.wait_until("globalThis.chat && said().length === 1").await;
    }

    async fn say(&self, text: &str) {
        let expected = self.page.eval("return said().length;", &[]).await.as_u64().unwrap_or_default() + 2;
        self.page.eval("chat.send(arguments[0]);", &[json!(text)]).await;
        self.page.wait_until(&format!("said().length === {expected}")).await;
    }

    /// How often the sandbox answered 200 to an endpoint.
    async fn answered(&self, endpoint: &str) -> Value {
        self.sandbox.ask(&format!("/stats?connector={CONNECTOR}")).await[endpoint]["200"].clone()
    }

    /// Everything that reached the page or could: what crossed each wire, and what the page holds, by place.
    async fn everything(&self) -> Vec<(String, String)> {
        let swept = self.page.sweep().await;
        let held = self.page.eval("return everything();", &[]).await;
        assert!(held["objects"].as_u64() > Some(1000), "the page's globals were not walked: {}", held["objects"]);
        assert_eq!(held["memories"], 1, "the module's memory was not seen");
        let mut places = vec![
            ("the site's wire".to_owned(), self.site_tap.crossed()),
            ("the backend's wire".to_owned(), self.backend_tap.crossed()),
            ("PolyAI's wire".to_owned(), self.polyai_tap.crossed()),
        ];
        let texts = |list: &Value, names: &[&str]| -> Vec<(String, String)> {
            let areas = list.as_object().expect("areas by name");
            let wanted = areas.iter().filter(|(name, _)| names.is_empty() || names.contains(&name.as_str()));
            wanted.map(|(name, text)| (name.clone(), text.as_str().unwrap_or_default().to_owned())).collect()
        };
        places.extend(texts(&held, &["globals", "memory"]));
        places.extend(texts(&swept.areas, &[]));
        places
    }

    /// Where a secret is, in whichever form.
    async fn places_of(&self, secret: &str) -> Vec<String> {
        let everything = self.everything().await;
        everything.into_iter().filter(|(_, text)| holds(text, secret)).map(|(place, _)| place).collect()
    }
}

#[test]
fn a_conversation_on_the_backends_tokens_shows_the_page_no_connector_token() {
    e2e::on_private_sandbox(async |page, sandbox| {
        let world = World::new("tokens", page, sandbox).await;
        world.open().await;
        world.say("one").await;
        // A reload goes on with the token there is; a new conversation has a new one.
        let session = page.wait_until("chat.getSnapshot().session.id").await;
        let resumed = |session: &Value| {
            format!("globalThis.chat?.getSnapshot().session?.id === {session} && said().length === 3")
        };
        page.wait_until("indexedDB.databases().then((all) => all.length > 0)").await;
        page.reload().await;
        page.wait_until(&resumed(&session)).await;
        assert_eq!(page.eval("return reasons;", &[]).await, json!([]));
        assert_eq!(world.answered("access_token").await, 1);
        page.eval_async("await chat.restart();", &[]).await;
        page.wait_until("said().length === 1").await;
        world.say("two").await;
        assert_eq!(page.eval("return reasons;", &[]).await, json!(["restart"]));
        assert_eq!((world.answered("access_token").await, world.answered("sessions").await), (json!(2), json!(2)));

        // The search sees what is there: the access token, where it has to be.
        let token = page.eval("return [...trace.secrets].at(-1);", &[]).await;
        let token = token.as_str().expect("the page had an access token");
        let places = world.places_of(token).await;
        for place in ["the backend's wire", "PolyAI's wire", "memory"] {
            assert!(places.iter().any(|found| found == place), "the access token was not found on {place}: {places:?}");
        }
        assert!(world.site_tap.crossed().contains("poly_messaging_web.wasm"));
        assert!(world.polyai_tap.crossed().contains("EVENT_TYPE_SESSION_START"));

        assert_eq!(world.places_of(CONNECTOR).await, Vec::<String>::new());
        let log = world.backend.log();
        assert_eq!(log.matches("token minted").count(), 2, "{log}");
        assert!(!holds(&log, CONNECTOR) && !log.contains(token), "{log}");
    });
}

#[test]
fn a_connector_token_that_reaches_the_page_is_found() {
    e2e::on_private_sandbox(async |page, sandbox| {
        let world = World::new("planted", page, sandbox).await;
        world.open().await;
        assert_eq!(world.places_of(CONNECTOR).await, Vec::<String>::new());
        let plant = async |script: &str| {
            page.eval_async(&format!("const token = arguments[0]; {script}"), &[json!(CONNECTOR)]).await;
            world.places_of(CONNECTOR).await
        };
        let has = |places: &[String], place: &str| {
            assert!(places.iter().any(|found| found == place), "not found: {place}, but {places:?}");
        };
        has(&plant("window.config = { deep: new Map([[{ of: [btoa(`x${token}`)] }, 1]]) };").await, "globals");
        has(&plant("window.ask = new window.Function(`return '${token}'`); delete window.config;").await, "globals");
        has(&plant("sessionStorage.setItem('x', token);").await, "sessionStorage");
        has(&plant("console.info(token);").await, "log");
        has(&plant("await fetch(`/missing?${token}`);").await, "the site's wire");
        has(&plant("await fetch(new URLSearchParams(location.search).get('backend'), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: token });").await, "the backend's wire");
        // From PolyAI's side: in a frame on the socket, and so in an event and in the module's memory.
        let session = page.wait_until("chat.getSnapshot().session.id").await;
        let frame = json!({ "type": "EVENT_TYPE_SYSTEM_MESSAGE", "payload": { "level": "SYSTEM_MESSAGE_LEVEL_INFO", "message": CONNECTOR } });
        let path = format!("/sessions/{}/send", session.as_str().expect("an id"));
        sandbox.order(&path, &json!({ "frame": frame })).await;
        page.wait_until("events.some(({ type }) => type === 'systemMessage')").await;
        let places = world.places_of(CONNECTOR).await;
        for place in ["PolyAI's wire", "events", "memory"] {
            has(&places, place);
        }
    });
}

#[test]
fn a_page_of_another_origin_gets_no_token() {
    e2e::on_private_sandbox(async |page, sandbox| {
        let world = World::new("another", page, sandbox).await;
        let other = world.site_tap.address.replace("127.0.0.1", "localhost");
        page.open(&world.address(&other)).await;
        let status =
            page.wait_until("globalThis.reasons?.length > 0 && chat.getSnapshot().connection.error?.code").await;
        assert_eq!(status, "auth/token-failed");
        assert_eq!(world.answered("access_token").await, Value::Null);
        assert!(world.backend.log().contains("origin_not_allowed"), "{}", world.backend.log());
        // The site's own pages are served as before.
        world.open().await;
    });
}
