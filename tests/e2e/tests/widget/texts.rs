//! The texts of agents in the widget: Markdown and a little HTML, whole and in pieces, and links that show another place.

use e2e::{Screen, Widget};
use serde_json::{Value, json};

/// Texts, and the elements that are made of them.
const SHOWN: [(&str, &str); 13] = [
    ("Hello.<br><br>How are <B>you</b>?", "<p>Hello.<br><br>How are <strong>you</strong>?</p>"),
    ("<p>One</p><ul><li>a<li>b</ul>", "<div><p>One</p><ul><li>a</li><li>b</li></ul></div>"),
    ("<ol>\n<li>a</li>\n\n<li>b</li>\n</ol>", "<ol><li>a</li><li>b</li></ol>"),
    (
        "| a |\n|---|\n| b<br>c |",
        "<div><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b<br>c</td></tr></tbody></table></div>",
    ),
    ("<span>a</span><!-- b --><script>c</script> &lt;b&gt; &amp;lt;", "<p>a &lt;b&gt; &amp;lt;</p>"),
    ("a < b, x<y>z <3 `<b>`", "<p>a &lt; b, x&lt;y&gt;z &lt;3 <code>&lt;b&gt;</code></p>"),
    ("<a href=\"https://example.com\" onclick=x>a</a> <a href=javascript:x>b</a>", "<p><a>a</a> b (javascript:x)</p>"),
    ("**注意：**予約 10:00~18:00 ~~旧~~新", "<p><strong>注意：</strong>予約 10:00~18:00 <del>旧</del>新</p>"),
    ("はhttps://example.com/menuをご覧", "<p>は<a>https://example.com/menu</a>をご覧</p>"),
    ("2019. It was", "<p>2019. It was</p>"),
    (
        "[https://bank](https://evil.example)[.example](https://evil.example)",
        "<p><a>https://bank</a><bdi> (evil.example)</bdi><a>.example</a><bdi> (evil.example)</bdi></p>",
    ),
    ("[bank\u{2024}example](https://evil.example)", "<p><a>bank\u{2024}example</a><bdi> (evil.example)</bdi></p>"),
    (
        "<a href=https://evil.example>ba&shy;nk.example</a>",
        "<p><a>ba\u{ad}nk.example</a><bdi> (evil.example)</bdi></p>",
    ),
];

/// Pieces of one text: nothing of a mark is seen behind any of them.
const PIECES: [&str; 12] = [
    "**Our ",
    "opening ",
    "hours** ",
    "are <b",
    ">10 ",
    "to 6</b> [on ",
    "all](htt",
    "ps://example.com) days:<u",
    "l><li>Mon ",
    "&ndas",
    "h; `Fri",
    "`</ul>",
];

/// The elements in the last text of the agent, without their attributes.
const SHAPE: &str = "(() => {
    const shape = (node) => {
        if (node.nodeType === 3) return new Option(node.nodeValue).innerHTML;
        const inner = [...node.childNodes].map(shape).join('');
        return node.localName === 'br' ? '<br>' : `<${node.localName}>${inner}</${node.localName}>`;
    };
    return [...insideAll('li[data-role=agent] .prose').at(-1).childNodes].map(shape).join('');
})()";

/// What the agent says; with an index, a piece of it.
fn frame(id: &str, text: &str, index: Option<usize>, is_last: bool) -> Value {
    match index {
        None => json!({ "type": "EVENT_TYPE_POLY_AGENT_MESSAGE", "payload": { "message_id": id, "text": text } }),
        Some(index) => json!({
            "type": "EVENT_TYPE_POLY_AGENT_MESSAGE_CHUNK",
            "payload": { "message_id": id, "text": text, "chunk_index": index, "is_complete": is_last },
        }),
    }
}

#[test]
fn texts_of_agents_are_shown_as_they_are_meant() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "texts", json!({})).await;
        for (at, (text, wanted)) in SHOWN.into_iter().enumerate() {
            let id = format!("text {at}");
            widget.order("send", json!({ "frame": frame(&id, text, None, true), "log": true })).await;
            page.wait_until(&format!("insideAll('li[data-role=agent] .prose').length === {}", at + 2)).await;
            let shown = page.eval(&format!("return {SHAPE};"), &[]).await;
            assert_eq!(shown, *wanted, "{text}");
        }
        let mut written = String::new();
        for (at, piece) in PIECES.into_iter().enumerate() {
            written.push_str(piece);
            let last = at + 1 == PIECES.len();
            widget.order("send", json!({ "frame": frame("pieces", piece, Some(at + 1), last), "log": true })).await;
            page.wait_until(&format!("chat.getSnapshot().messages.at(-1).text === {}", json!(written))).await;
            page.wait_until(&format!("insideAll('li[data-role=agent] .prose').length === {}", SHOWN.len() + 2)).await;
            page.eval_async("await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));", &[]).await;
            let shown = page.eval("return insideAll('li[data-role=agent] .prose').at(-1).textContent;", &[]).await;
            let shown = shown.as_str().expect("a text");
            assert!(!shown.contains(['*', '<', '[', ']', '(', '&', '`']), "{written}: {shown}");
        }
        let wanted = "<div><p><strong>Our opening hours</strong> are <strong>10 to 6</strong> <a>on all</a> days:</p><ul><li>Mon – <code>Fri</code></li></ul></div>";
        assert_eq!(page.eval(&format!("return {SHAPE};"), &[]).await, wanted);
    });
}
