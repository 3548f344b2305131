//! A server on loopback, for the files of a release.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;

/// The files of a server, by path.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// Serves files until the tests end. Every other path is not found. Returns the URL of the server.
pub(super) fn serve(files: Files) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let files = Arc::new(files);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let files = Arc::clone(&files);
            // a client may disconnect early
            std::thread::spawn(move || drop(answer(&stream.unwrap(), &files)));
        }
    });
    url(port)
}

/// The URL of a port at which no server listens.
pub(super) fn nowhere() -> String {
    // the port is free once the listener is dropped
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    url(listener.local_addr().unwrap().port())
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Answers one request.
fn answer(mut stream: &TcpStream, files: &Files) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    // the headers, up to the empty line
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, body) = match files.get(path) {
        Some(body) => ("200 OK", body.as_slice()),
        None => ("404 Not Found", b"Not Found".as_slice()),
    };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(body)
}
