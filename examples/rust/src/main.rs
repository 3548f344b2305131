//! Counts the requests to each path, and says the count.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::{env, process, thread};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tiny_http::{Method, Request, Response, Server};

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let address = env::var("HITS_ADDRESS").unwrap_or_else(|_| "127.0.0.1".into());
    let port = env::var("PORT").unwrap_or_else(|_| "3000".into());
    let server = Arc::new(Server::http(format!("{address}:{port}"))?);
    println!("listening on {}", server.server_addr());

    end_on_signal(Arc::clone(&server))?;
    let mut hits = Hits::default();
    for request in server.incoming_requests() {
        let (status, body) = answer(&request, &mut hits);
        // the client may be gone
        let _ = request.respond(Response::from_string(body).with_status_code(status));
    }
    Ok(())
}

/// Process 1 of a container ignores signals that it does not handle.
fn end_on_signal(server: Arc<Server>) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            server.unblock();
        }
        // a second signal does not wait for requests
        if signals.forever().next().is_some() {
            process::exit(1);
        }
    });
    Ok(())
}

fn answer(request: &Request, hits: &mut Hits) -> (u16, String) {
    let (path, _query) = request.url().split_once('?').unwrap_or((request.url(), ""));
    match (request.method(), path) {
        (Method::Get, "/health") => (200, "ok\n".into()),
        (Method::Get, path) => (200, format!("{path}: {}\n", hits.count(path))),
        _ => (405, "GET a path\n".into()),
    }
}

#[derive(Default)]
struct Hits(HashMap<String, u64>);

impl Hits {
    /// Counts a request to a path.
    fn count(&mut self, path: &str) -> u64 {
        let count = self.0.entry(path.to_owned()).or_default();
        *count += 1;
        *count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_is_by_path() {
        let mut hits = Hits::default();
        assert_eq!(hits.count("/"), 1);
        assert_eq!(hits.count("/"), 2);
        assert_eq!(hits.count("/other"), 1);
    }
}
