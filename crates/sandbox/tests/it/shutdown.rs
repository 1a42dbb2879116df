//! A clean stop, whatever is open.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::TcpStream;

use crate::client::Bench;

#[tokio::test]
async fn open_sockets_are_closed_with_1001() {
    let bench = Bench::start().await;
    let (_session, mut first) = bench.conversation().await;
    let (_session, mut second) = bench.conversation().await;
    let started = Instant::now();
    let ((), first, second) = tokio::join!(bench.sandbox.shutdown(), first.close_code(), second.close_code());
    assert_eq!((first, second), (1001, 1001));
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn sockets_that_are_frozen_or_deaf_do_not_hold_it_up() {
    let bench = Bench::start().await;
    let (session, _frozen) = bench.conversation().await;
    bench.control(&format!("sessions/{}/freeze", session.id), json!({})).await;
    let (_session, _deaf) = bench.conversation().await;
    let _silent = TcpStream::connect(bench.sandbox.addr()).await.expect("a connection");
    let address = bench.sandbox.addr();
    let started = Instant::now();
    bench.sandbox.shutdown().await;
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert!(TcpStream::connect(address).await.is_err(), "the port is free");
}
