//! A wire between a browser and a server on this machine that remembers every byte of both directions. Nothing here
//! encrypts or compresses, so what crossed can be searched as it is; but for the frames a browser sends on a WebSocket, which it masks.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use url::Url;

/// What crossed in one direction of each connection, one after the other.
type Record = Arc<Mutex<Vec<Vec<u8>>>>;

/// A wire to one server.
#[derive(Debug)]
pub struct Tap {
    /// The address to give to the browser instead of the server's, without a path.
    pub address: String,
    record: Record,
    task: JoinHandle<()>,
}

impl Tap {
    /// Listens in front of the server of this address.
    ///
    /// # Panics
    ///
    /// When the address names no port of this machine, or there is no free port.
    pub async fn before(server: &str) -> Self {
        let port = Url::parse(server).ok().and_then(|url| url.port()).expect("an address with a port");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("there is no free port");
        let address = listener.local_addr().expect("a listener has an address");
        let record = Record::default();
        let task = tokio::spawn(carry_all(listener, (Ipv4Addr::LOCALHOST, port).into(), Arc::clone(&record)));
        Self { address: format!("http://{address}"), record, task }
    }

    /// All that crossed so far, as text in which each byte is a letter of its own.
    ///
    /// # Panics
    ///
    /// When a connection panicked while it wrote.
    pub fn crossed(&self) -> String {
        let record = self.record.lock().expect("no connection panicked");
        record.iter().flat_map(|bytes| bytes.iter().copied().map(char::from).chain(['\n'])).collect()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry_all(listener: TcpListener, server: SocketAddr, record: Record) {
    while let Ok((browser, _)) = listener.accept().await {
        let record = Arc::clone(&record);
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(server).await else { return };
            let (from_browser, to_browser) = browser.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::join!(carry(from_browser, to_server, &record), carry(from_server, to_browser, &record));
        });
    }
}

/// Carries bytes until one side has no more. Each is on record before it goes on.
async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, record: &Record) {
    let place = {
        let mut record = record.lock().expect("no connection panicked");
        record.push(Vec::new());
        record.len() - 1
    };
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        record.lock().expect("no connection panicked")[place].extend_from_slice(&buffer[..count]);
        if to.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
