//! The digests that registries have for images.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use railpack2docker::{Code, Diagnostic, PulledImage};
use serde_json::Value;

use crate::docker::query;
use crate::failure::Failure;
use crate::files::lock_file::{Pins, is_digest};
use crate::files::plan_file::PlanFile;
use crate::output::report::Reporter;

/// The times to wait before images are tried again whose registry can't be reached.
const WAITS: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];

/// Parts of docker's messages for a failure that may pass, in lower case. The messages are those of Go's `net` package,
/// of containerd's resolver, and of registries.
const TEMPORARY: [&str; 15] = [
    "dial tcp",
    "i/o timeout",
    "timeout exceeded",
    "deadline exceeded",
    "tls handshake timeout",
    "connection reset",
    "connection refused",
    "broken pipe",
    "eof",
    "too many requests",
    "toomanyrequests",
    "internal server error",
    "bad gateway",
    "service unavailable",
    "gateway timeout",
];

/// Images to resolve.
#[derive(Default)]
pub(super) struct Resolver<'p> {
    images: BTreeMap<&'p str, (&'p PulledImage, &'p PlanFile)>,
}

/// The reason why an image has no digest.
#[derive(Debug, PartialEq, Eq)]
enum Trouble {
    /// The registry does not have it.
    NotFound,
    /// The registry can't be reached, for this reason.
    Temporary(String),
    /// Another reason.
    Other(String),
}

impl<'p> Resolver<'p> {
    /// Adds an image of a plan.
    pub(super) fn add(&mut self, image: &'p PulledImage, plan: &'p PlanFile) {
        self.images.entry(image.name()).or_insert((image, plan));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// The digests of all images, by name. Images whose registry can't be reached are tried again.
    ///
    /// Reports each image that can't be resolved.
    pub(super) fn resolve(self, reporter: &Reporter) -> Result<Pins, Failure> {
        let mut pins = Pins::new();
        let mut failed = Vec::new();
        let mut rest: Vec<_> = self.images.into_values().collect();
        let mut waits = WAITS.iter();
        loop {
            let mut again = Vec::new();
            for (image, plan) in rest {
                match digest(&image.source())? {
                    Ok(digest) => drop(pins.insert(image.name().to_owned(), digest)),
                    Err(trouble @ Trouble::Temporary(_)) => again.push((image, plan, trouble)),
                    Err(trouble) => failed.push((image, plan, trouble)),
                }
            }
            // another error stops the command anyway
            if let Some(wait) = waits.next().filter(|_| failed.is_empty() && !again.is_empty()) {
                thread::sleep(*wait);
                rest = again.into_iter().map(|(image, plan, _)| (image, plan)).collect();
                continue;
            }
            let is_temporary = failed.is_empty();
            failed.extend(again);
            return if failed.is_empty() { Ok(pins) } else { Err(report(&failed, is_temporary, reporter)) };
        }
    }
}

/// Reports images, each in its plan.
fn report(failed: &[(&PulledImage, &PlanFile, Trouble)], is_temporary: bool, reporter: &Reporter) -> Failure {
    for (image, plan, trouble) in failed {
        let found = diagnostic(image, trouble);
        match image.location() {
            Some(location) => reporter.report(&[found.at(location)], Some(plan)),
            None => reporter.report(&[found], None),
        }
    }
    if is_temporary { Failure::TryAgain(Vec::new()) } else { Failure::Reported }
}

fn diagnostic(image: &PulledImage, trouble: &Trouble) -> Diagnostic {
    let (name, source) = (image.name(), image.source());
    let mirror = if name == source { String::new() } else { format!(" at `{source}`") };
    let line = if image.location().is_some() { "" } else { " of the `# syntax=` line" };
    let name = format!("image `{name}`{line}");
    let (message, help) = match trouble {
        Trouble::NotFound => (
            format!("{name} does not exist{mirror}"),
            "correct its name and tag; `docker login` gives access to a private image",
        ),
        Trouble::Temporary(why) => (format!("can't resolve {name}{mirror}: {why}"), "try again later"),
        Trouble::Other(why) => (
            format!("can't resolve {name}{mirror}: {why}"),
            "correct its name, or log in with `docker login` if it is private",
        ),
    };
    Diagnostic::new(Code::UnresolvedImage, message).with_help(help)
}

/// The digest of an image; that of the index, if it is for several platforms.
fn digest(source: &str) -> Result<Result<String, Trouble>, Diagnostic> {
    let inspected = query(&["buildx", "imagetools", "inspect", "--format", "{{json .Manifest}}", "--", source])?;
    Ok(inspected.map_err(|said| trouble(&said)).and_then(|manifest| {
        let manifest: Option<Value> = serde_json::from_str(&manifest).ok();
        let digest = manifest.as_ref().and_then(|manifest| manifest.get("digest")?.as_str());
        let digest = digest.filter(|digest| is_digest(digest)).map(str::to_owned);
        digest.ok_or_else(|| Trouble::Other("`docker buildx imagetools inspect` printed no digest".to_owned()))
    }))
}

/// The reason in docker's messages.
fn trouble(said: &str) -> Trouble {
    let line = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("unknown error");
    let why = line.strip_prefix("ERROR: ").unwrap_or(line);
    let lower = why.to_ascii_lowercase();
    if lower.ends_with(": not found") {
        Trouble::NotFound
    } else if TEMPORARY.iter().any(|part| lower.contains(part)) {
        Trouble::Temporary(why.to_owned())
    } else {
        Trouble::Other(why.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_docker() {
        let temporary = |text: &str| Trouble::Temporary(text.to_owned());
        let other = |text: &str| Trouble::Other(text.to_owned());
        for (said, expected) in [
            ("ERROR: 127.0.0.1:5000/x:2: not found\n", Trouble::NotFound),
            (
                "ERROR: failed to do request: Head \"https://x/v2/\": dial tcp: lookup x: no such host\n\n",
                temporary("failed to do request: Head \"https://x/v2/\": dial tcp: lookup x: no such host"),
            ),
            (
                "a\nERROR: unexpected status from HEAD request: 429 Too Many Requests",
                temporary("unexpected status from HEAD request: 429 Too Many Requests"),
            ),
            ("ERROR: httpReadSeeker: failed open: EOF", temporary("httpReadSeeker: failed open: EOF")),
            (
                "ERROR: unexpected status: 503 Service Unavailable",
                temporary("unexpected status: 503 Service Unavailable"),
            ),
            (
                "ERROR: pull access denied, repository does not exist or may require authorization",
                other("pull access denied, repository does not exist or may require authorization"),
            ),
            ("ERROR: no such builder: x", other("no such builder: x")),
            ("", other("unknown error")),
        ] {
            assert_eq!(trouble(said), expected, "{said}");
        }
    }
}
