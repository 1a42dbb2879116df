//! A native application around a page that holds the chat: the page runs poly-messaging-web in the system's web view
//! (WebKitGTK on Linux, WKWebView on Apple systems), the application keeps the session, sends what is written on its standard
//! input, and prints what happens on its standard output.

mod native;
mod page;
mod store;

use std::{
    io::{BufRead, stdin},
    path::PathBuf,
    process::ExitCode,
    thread,
};

use anyhow::{Result, anyhow};
use clap::Parser;
use tao::{
    event::{Event, WindowEvent},
    event_loop::{ControlFlow, EventLoopBuilder},
    platform::run_return::EventLoopExtRunReturn,
    window::WindowBuilder,
};
use wry::{WebView, WebViewBuilder};

use native::{App, Do};
use store::Store;

/// A native application with a chat in its web view. Lines on standard input are sent; /help lists what else there is.
#[derive(Parser)]
#[command(name = "webview-host")]
struct Options {
    /// The connector token
    #[arg(long, env = "CONNECTOR_TOKEN", hide_env_values = true)]
    connector_token: String,
    /// The server: us, uk, euw, or the address of an API (https://…/api/v1)
    #[arg(long, default_value = "us")]
    server: String,
    /// The bundle identifier, which is registered for the connector
    #[arg(long, default_value = "com.example.webview-host")]
    identifier: String,
    /// The folder that the session is kept in
    #[arg(long)]
    data: PathBuf,
}

/// What the event loop is woken by, from whichever thread.
enum Wake {
    /// The page has posted a message.
    Posted(String),
    /// A line on standard input; `None`: there are no more.
    Line(Option<String>),
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let mut event_loop = EventLoopBuilder::<Wake>::with_user_event().build();
    let window = WindowBuilder::new().with_title("Chat").build(&event_loop)?;
    let mut app = App::new(Store::open(&options.data)?);

    let posted = event_loop.create_proxy();
    // The event loop may be gone only when the application is.
    let builder = WebViewBuilder::new()
        .with_custom_protocol(page::SCHEME.into(), |_, request| page::answer(&request))
        .with_initialization_script(page::settings(&options.connector_token, &options.server, &options.identifier))
        .with_navigation_handler(|address| page::is_ours(&address))
        .with_ipc_handler(move |request| {
            // Navigation is held to the page already; who posts is looked at all the same.
            if page::is_ours(&request.uri().to_string()) {
                let _ = posted.send_event(Wake::Posted(request.into_body()));
            }
        })
        .with_url(page::ADDRESS);
    let web_view = build(builder, &window)?;

    let lines = event_loop.create_proxy();
    thread::spawn(move || {
        let read = stdin().lock().lines().map_while(Result::ok).map(Some);
        for line in read.chain([None]) {
            if lines.send_event(Wake::Line(line)).is_err() {
                break;
            }
        }
    });

    let mut failure = None;
    event_loop.run_return(|event, _, control_flow| {
        *control_flow = ControlFlow::Wait;
        let steps = match event {
            Event::UserEvent(Wake::Posted(text)) => app.posted(&text),
            Event::UserEvent(Wake::Line(Some(line))) => app.line(&line),
            Event::UserEvent(Wake::Line(None)) => app.close(),
            Event::WindowEvent { event: WindowEvent::CloseRequested, .. } => app.close(),
            _ => Vec::new(),
        };
        for step in steps {
            match step {
                Do::Print(line) => println!("{line}"),
                Do::Command(command) => {
                    if let Err(error) = web_view.evaluate_script(&page::call(&command)) {
                        failure = Some(anyhow!(error).context("the web view does not run scripts"));
                        *control_flow = ControlFlow::Exit;
                    }
                }
                Do::Exit => *control_flow = ControlFlow::Exit,
            }
        }
    });
    failure.map_or(Ok(()), Err)
}

#[cfg(target_os = "linux")]
fn build(builder: WebViewBuilder<'_>, window: &tao::window::Window) -> Result<WebView> {
    use tao::platform::unix::WindowExtUnix;
    use wry::WebViewBuilderExtUnix;
    let place = window.default_vbox().ok_or_else(|| anyhow!("the window has no place for a web view"))?;
    Ok(builder.build_gtk(place)?)
}

#[cfg(not(target_os = "linux"))]
fn build(builder: WebViewBuilder<'_>, window: &tao::window::Window) -> Result<WebView> {
    Ok(builder.build(window)?)
}
