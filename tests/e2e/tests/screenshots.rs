//! What the widget looks like: each state of the gallery, compared with the picture that is kept of it in `screenshots/`.
//! Chromium alone; `E2E_SCREENSHOTS=update` keeps what is seen as the new pictures.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use e2e::{Difference, Engine, Page, Picture, Preference, Sandbox};
use serde_json::{Value, json};

/// States that are also kept in the dark.
const DARK: [&str; 6] = ["conversation", "cards", "handoff-connected", "failed-message", "consent", "over-limit"];

/// The names, widths and heights of all states.
async fn states(page: &Page, sandbox: &Sandbox) -> Vec<(String, u32, u32)> {
    page.open(&sandbox.url("/gallery.html")).await;
    let states = page.wait_until("globalThis.gallery?.states").await;
    let length = |value: &Value| u32::try_from(value.as_u64().expect("pixels")).expect("pixels");
    let state = |state: &Value| {
        let name = state["name"].as_str().expect("a name").to_owned();
        (name, length(&state["size"]["width"]), length(&state["size"]["height"]))
    };
    states.as_array().expect("a list").iter().map(state).collect()
}

/// What a state looks like.
async fn look_at(page: &Page, sandbox: &Sandbox, state: &str, theme: &str) -> Picture {
    page.open(&sandbox.url(&format!("/gallery.html?state={state}&theme={theme}&fonts=test"))).await;
    page.eval_async("await gallery.ready;", &[]).await;
    Picture::from_png(&page.client().screenshot().await.expect("a screenshot"))
}

/// Compares what is seen with what is kept; what is wrong, if anything is.
fn compare(name: &str, seen: &Picture) -> Option<String> {
    let kept = e2e::project_root().join("tests/e2e/screenshots").join(format!("{name}.png"));
    if env::var("E2E_SCREENSHOTS").is_ok_and(|value| value == "update") {
        // A picture that shows the same stays, byte for byte.
        let is_same = read(&kept).is_some_and(|kept| kept.compare(seen).is_small());
        if !is_same {
            write(&kept, &seen.with_few_colours());
        }
        return None;
    }
    let Some(picture) = read(&kept) else { return Some(format!("{name}: no picture is kept of it")) };
    let difference = picture.compare(seen);
    if difference.is_small() {
        return None;
    }
    let beside = |what: &str| e2e::project_root().join("target/e2e").join(format!("{name}-{what}.png"));
    write(&beside("actual"), seen);
    write(&beside("difference"), &difference.picture);
    let Difference { of_all, of_drawn, .. } = difference;
    let (all, drawn) = (of_all * 100.0, of_drawn * 100.0);
    Some(format!(
        "{name}: {all:.2} % of the pixels differ, {drawn:.1} % of the drawn ones; see {}",
        beside("*").display()
    ))
}

fn read(path: &Path) -> Option<Picture> {
    fs::read(path).ok().map(|file| Picture::from_png(&file))
}

fn write(path: &PathBuf, picture: &Picture) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("cannot make a folder for pictures");
    fs::write(path, picture.to_png()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Looks at the `part`-th of as many parts of the gallery as there are tests that do so side by side.
fn look_through(part: usize) {
    const PARTS: usize = 3;
    if Engine::from_env() != Engine::Chromium {
        return;
    }
    e2e::on_private_sandbox(async |page, sandbox| {
        page.prefer(&[Preference::ReducedMotion]).await;
        let states = states(page, sandbox).await;
        let mut wrong = Vec::new();
        for (name, width, height) in states.iter().skip(part).step_by(PARTS) {
            page.resize_to(*width, *height).await;
            wrong.extend(compare(name, &look_at(page, sandbox, name, "light").await));
            if DARK.contains(&name.as_str()) {
                wrong.extend(compare(&format!("{name}-dark"), &look_at(page, sandbox, name, "dark").await));
            }
        }
        assert!(states.len() >= 30, "the gallery has {} states", states.len());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn each_state_of_the_widget_looks_as_it_did() {
    look_through(0);
}

#[test]
fn each_state_of_the_widget_looks_as_it_did_second_part() {
    look_through(1);
}

#[test]
fn each_state_of_the_widget_looks_as_it_did_third_part() {
    look_through(2);
}

/// A picture with a bubble, lines of text in it, and a button.
fn drawing() -> Picture {
    let mut picture = Picture::plain(400, 680, [255, 255, 255]);
    picture.fill([0, 0, 400, 60], [67, 56, 202]);
    picture.fill([60, 100, 260, 120], [243, 244, 246]);
    for line in 0..6 {
        for letter in 0..30 {
            picture.fill([70 + 8 * letter, 108 + 18 * line, 4, 10], [17, 24, 39]);
        }
    }
    picture.fill([340, 620, 44, 44], [67, 56, 202]);
    picture
}

#[test]
fn another_colour_and_four_pixels_are_seen() {
    let drawing = drawing();
    assert!(drawing.compare(&drawing).is_small());
    assert!(!drawing.compare(&drawing.recoloured([67, 56, 202], [37, 99, 235])).is_small());
    assert!(!drawing.compare(&drawing.moved(4, 0)).is_small());
    assert!(!drawing.compare(&drawing.moved(0, 4)).is_small());
    // A button alone in much space.
    let mut button = Picture::plain(400, 680, [255, 255, 255]);
    button.fill([320, 600, 60, 60], [67, 56, 202]);
    assert!(!button.compare(&button.moved(0, 4)).is_small());
    assert!(!button.compare(&Picture::plain(400, 680, [255, 255, 255])).is_small());
    // Another size, and a dot or a rounding.
    assert!(!drawing.compare(&Picture::plain(400, 681, [255, 255, 255])).is_small());
    let mut dotted = drawing.clone();
    dotted.fill([10, 70, 6, 6], [0, 0, 0]);
    assert!(drawing.compare(&dotted).is_small());
    assert!(drawing.compare(&drawing.recoloured([67, 56, 202], [70, 58, 200])).is_small());
}

#[test]
fn a_picture_is_kept_as_it_is() {
    let drawing = drawing();
    assert_eq!(Picture::from_png(&drawing.to_png()), drawing);
    // More colours than a palette has.
    let mut many = Picture::plain(64, 64, [0, 0, 0]);
    for at in 0..64_usize {
        for down in 0..64_usize {
            let colour = [at, down, at ^ down].map(|value| u8::try_from(4 * value).unwrap_or(0));
            many.fill([at, down, 1, 1], colour);
        }
    }
    assert_eq!(Picture::from_png(&many.to_png()), many);
    assert!(many.compare(&many.with_few_colours()).is_small());
}

#[test]
fn the_look_of_one_state_is_not_that_of_another() {
    if Engine::from_env() != Engine::Chromium {
        return;
    }
    e2e::on_private_sandbox(async |page, sandbox| {
        page.prefer(&[Preference::ReducedMotion]).await;
        page.resize_to(400, 680).await;
        let seen = look_at(page, sandbox, "conversation", "light").await;
        assert!(seen.compare(&look_at(page, sandbox, "conversation", "light").await).is_small());
        let restyle = "document.querySelector('poly-chat').style.setProperty(...arguments);";
        for (property, value) in [("--poly-chat-accent", "#0f766e"), ("--poly-chat-font-size", "16px")] {
            look_at(page, sandbox, "conversation", "light").await;
            page.eval(restyle, &[json!(property), json!(value)]).await;
            let restyled = Picture::from_png(&page.client().screenshot().await.expect("a screenshot"));
            assert!(!seen.compare(&restyled).is_small(), "{property}");
        }
    });
}
