//! Counts the requests to each path, and says the count.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, thread};

type Hits = Arc<Mutex<HashMap<String, u64>>>;

fn main() -> io::Result<()> {
    let address = env::var("HITS_ADDRESS").unwrap_or_else(|_| "127.0.0.1".into());
    let port = env::var("PORT").unwrap_or_else(|_| "3000".into());
    let listener = TcpListener::bind(format!("{address}:{port}"))?;
    println!("listening on {}", listener.local_addr()?);

    let hits = Hits::default();
    for stream in listener.incoming() {
        let hits = Arc::clone(&hits);
        let stream = stream?;
        thread::spawn(move || {
            if let Err(error) = serve(&stream, &hits) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}

fn serve(stream: &TcpStream, hits: &Hits) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // the headers end at an empty line
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }

    match path(&request) {
        Some("/health") => respond(stream, "200 OK", "ok\n"),
        Some(path) => {
            let count = count(hits, path);
            respond(stream, "200 OK", &format!("{path}: {count}\n"))
        }
        None => respond(stream, "400 Bad Request", "GET a path\n"),
    }
}

/// The path of a request line such as `GET /path?query HTTP/1.1`.
fn path(request: &str) -> Option<&str> {
    let mut words = request.split(' ');
    let target = words
        .next()
        .filter(|method| *method == "GET")
        .and(words.next())?;
    let (path, _query) = target.split_once('?').unwrap_or((target, ""));
    path.starts_with('/').then_some(path)
}

fn count(hits: &Hits, path: &str) -> u64 {
    let mut hits = hits.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let count = hits.entry(path.to_owned()).or_default();
    *count += 1;
    *count
}

fn respond(mut stream: &TcpStream, status: &str, body: &str) -> io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_leaves_the_query_out() {
        assert_eq!(path("GET /a?b=c HTTP/1.1"), Some("/a"));
        assert_eq!(path("POST / HTTP/1.1"), None);
        assert_eq!(path(""), None);
    }

    #[test]
    fn count_is_by_path() {
        let hits = Hits::default();
        assert_eq!(count(&hits, "/"), 1);
        assert_eq!(count(&hits, "/"), 2);
        assert_eq!(count(&hits, "/other"), 1);
    }
}
