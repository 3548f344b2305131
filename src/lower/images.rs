//! Images as the Dockerfile refers to them: in their mirrors, and with their digests.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Findings, Location};
use crate::dockerfile::{ImagePrefix, ImageRef, Mirrors, PulledImage};
use crate::options::Options;

/// The images of a build, with the options that change their references.
pub(super) struct Images<'o> {
    options: &'o Options,
    mirrors: Mirrors,
    /// The images so far, by name.
    pulled: BTreeMap<String, PulledImage>,
}

impl<'o> Images<'o> {
    /// Reads the options, and reports invalid ones.
    pub(super) fn new(options: &'o Options, findings: &mut Findings) -> Self {
        let mut mirrors = Mirrors::default();
        for (prefix, mirror) in &options.mirrors {
            let prefix = prefix_or_report(prefix, format!("invalid prefix `{prefix}` for a mirror"), findings);
            let mirror = prefix_or_report(mirror, format!("invalid mirror `{mirror}`"), findings);
            if let (Some(prefix), Some(mirror)) = (prefix, mirror) {
                mirrors.add(prefix, mirror);
            }
        }
        Self { options, mirrors, pulled: BTreeMap::new() }
    }

    /// The reference that the Dockerfile has for an image. A digest in its name takes precedence over one in the
    /// options.
    ///
    /// Reports a name that is too long in the mirror, an invalid digest and, if every image must have a digest, a
    /// missing one.
    pub(super) fn resolve(
        &mut self,
        name: &ImageRef,
        location: Option<&Location>,
        findings: &mut Findings,
    ) -> Option<ImageRef> {
        let report = |found: Diagnostic, findings: &mut Findings| {
            findings.push(match location {
                Some(location) => found.at(location),
                None => found,
            });
        };
        let Ok(source) = self.mirrors.apply(name) else {
            let found = Diagnostic::new(Code::InvalidImage, format!("the name of `{name}` is too long in its mirror"));
            report(found.with_help("shorten the name that `--mirror` adds: 255 characters are allowed"), findings);
            return None;
        };
        let is_new = !self.pulled.contains_key(name.as_str());
        if is_new {
            let image = PulledImage::new(name.clone(), source.clone(), location);
            self.pulled.insert(name.as_str().to_owned(), image);
        }
        if name.digest().is_some() {
            return Some(source);
        }
        match self.options.pins.get(name.as_str()) {
            Some(digest) => {
                let pinned = source.with_digest(digest);
                if pinned.is_err() {
                    let message = format!("invalid digest `{digest}` for image `{name}`");
                    let found = Diagnostic::new(Code::InvalidImage, message);
                    report(found.with_help("write it as `sha256:` and 64 hexadecimal digits"), findings);
                }
                pinned.ok()
            }
            None => {
                if self.options.locked && is_new {
                    report(missing_pin(name.as_str(), location), findings);
                }
                Some(source)
            }
        }
    }

    /// All images so far, by name.
    pub(super) fn into_pulled(self) -> Vec<PulledImage> {
        self.pulled.into_values().collect()
    }
}

fn missing_pin(name: &str, location: Option<&Location>) -> Diagnostic {
    let place = if location.is_some() { "" } else { " of the `# syntax=` line" };
    let message = format!("image `{name}`{place} has no digest, which `--locked` requires");
    Diagnostic::new(Code::MissingPin, message).with_help("run `railpack2docker pin`, and commit the lock")
}

fn prefix_or_report(prefix: &str, message: String, findings: &mut Findings) -> Option<ImagePrefix> {
    let parsed = ImagePrefix::new(prefix);
    if parsed.is_err() {
        let found = Diagnostic::new(Code::InvalidOption, message);
        findings.push(found.about_option("mirror").with_help(
            "write a registry, and a path in it if needed, such as `ghcr.io`, `docker.io/library` or `localhost:5000`",
        ));
    }
    parsed.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compilation, transpile};

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// Uses images in each place that a plan has for them.
    const PLAN: &str = r#"{
      "secrets": ["A"],
      "steps": [{ "name": "a", "inputs": [{ "image": "node:22" }, { "image": "php:8", "include": ["/x"] }], "secrets": ["A"],
                  "commands": [{ "cmd": "make" }, { "src": "/c", "dest": "/c", "image": "composer@sha256:00000000000000000000000000000000" }] },
                { "name": "unused", "inputs": [{ "image": "unused" }] }],
      "deploy": { "base": { "image": "ghcr.io/a/runtime:1" }, "inputs": [{ "step": "a", "include": ["."] }] }
    }"#;

    fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    /// The references of the Dockerfile, in its order.
    fn references(options: &Options) -> Vec<String> {
        let dockerfile = transpile(PLAN, options).unwrap().dockerfile;
        let after = |line: &str| {
            let rest = ["# syntax=", "FROM ", "COPY --link --from=", "COPY --from="]
                .into_iter()
                .find_map(|start| line.strip_prefix(start))?;
            rest.split(' ').next().map(str::to_owned)
        };
        dockerfile.lines().filter_map(after).collect()
    }

    #[test]
    fn every_reference_has_its_mirror_and_its_digest() {
        let own =
            ["docker/dockerfile:1", "node:22", "node:22", "php:8", "composer@sha256:00000000000000000000000000000000"];
        let found = references(&Options::default());
        assert!(own.iter().all(|image| found.iter().any(|found| found == image)), "{found:?}");
        let options = Options {
            mirrors: pairs(&[("docker.io", "m.example/hub"), ("docker.io/docker", "m.example/docker")]),
            pins: pairs(&[("node:22", DIGEST), ("docker/dockerfile:1", DIGEST), ("docker.io/library/php:8", DIGEST)]),
            ..Options::default()
        };
        let expected: Vec<String> = found
            .iter()
            .map(|image| match image.as_str() {
                "docker/dockerfile:1" => format!("m.example/docker/dockerfile:1@{DIGEST}"),
                "node:22" => format!("m.example/hub/library/node:22@{DIGEST}"),
                "php:8" => "m.example/hub/library/php:8".to_owned(),
                image if image.starts_with("composer@") => format!("m.example/hub/library/{image}"),
                other => other.to_owned(),
            })
            .collect();
        assert_eq!(references(&options), expected);
    }

    #[test]
    fn pulled_images_are_those_of_the_text() {
        let options = Options { mirrors: pairs(&[("ghcr.io", "m.example")]), ..Options::default() };
        let lowered = Compilation::parse(PLAN, true).unwrap().lower(&options).unwrap();
        let images: Vec<_> = lowered
            .images()
            .iter()
            .map(|image| {
                let path = image.location().map(|location| location.path().to_string()).unwrap_or_default();
                (image.name().to_owned(), image.source(), path)
            })
            .collect();
        let composer = "composer@sha256:00000000000000000000000000000000";
        let expected = [
            (composer, composer, "steps[0].commands[1].image"),
            ("docker/dockerfile:1", "docker/dockerfile:1", ""),
            ("ghcr.io/a/runtime:1", "m.example/a/runtime:1", "deploy.base.image"),
            ("node:22", "node:22", "steps[0].inputs[0].image"),
            ("php:8", "php:8", "steps[0].inputs[1].image"),
        ]
        .map(|(name, source, path)| (name.to_owned(), source.to_owned(), path.to_owned()));
        assert_eq!(images, expected);
    }

    #[test]
    fn locked_requires_a_digest_for_every_image() {
        let mut options = Options { locked: true, pins: pairs(&[("node:22", DIGEST)]), ..Options::default() };
        let errors = transpile(PLAN, &options).unwrap_err().0;
        let mut messages: Vec<_> = errors.iter().map(|error| (error.code, error.message.as_str())).collect();
        messages.sort_unstable();
        let missing = |name: &str| format!("image {name} has no digest, which `--locked` requires");
        let expected =
            ["`docker/dockerfile:1` of the `# syntax=` line", "`ghcr.io/a/runtime:1`", "`php:8`"].map(missing);
        assert_eq!(messages, expected.each_ref().map(|message| (Code::MissingPin, message.as_str())));
        for name in ["docker/dockerfile:1", "ghcr.io/a/runtime:1", "php:8"] {
            options.pins.insert(name.to_owned(), DIGEST.to_owned());
        }
        assert!(transpile(PLAN, &options).is_ok());
    }

    #[test]
    fn invalid_values_are_errors() {
        for (mirrors, pins, message) in [
            (pairs(&[("debian", "m.example")]), pairs(&[]), "invalid prefix `debian` for a mirror"),
            (pairs(&[("ghcr.io", "https://m.example")]), pairs(&[]), "invalid mirror `https://m.example`"),
            (
                pairs(&[]),
                pairs(&[("node:22", "sha256:x\nRUN y")]),
                "invalid digest `sha256:x\\u{a}RUN y` for image `node:22`",
            ),
        ] {
            let errors = transpile(PLAN, &Options { mirrors, pins, ..Options::default() }).unwrap_err().0;
            assert!(errors.iter().any(|error| error.message == message), "{errors:?}");
        }
        let mirrors = pairs(&[("docker.io", &format!("m.example/{}", "x".repeat(240)))]);
        let errors = transpile(PLAN, &Options { mirrors, ..Options::default() }).unwrap_err().0;
        assert!(
            errors.iter().any(|error| error.message == "the name of `node:22` is too long in its mirror"),
            "{errors:?}"
        );
    }
}
