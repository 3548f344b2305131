//! Changes of packages: the tools of a mise config, and the packages that a command installs with apt.

use super::change::{Change, ChangeKind, Subject};
use super::message::Message;
use crate::packages::{AptInstall, MiseConfig, Packages};

/// Compares the tools of a mise config. Returns `None` if anything else changed, and for other files.
pub(super) fn compare_mise(old: &str, new: &str, subject: &Subject) -> Option<Vec<Change>> {
    let (old, new) = (MiseConfig::parse(old)?, MiseConfig::parse(new)?);
    (old.rest == new.rest && old.tools != new.tools).then(|| changes(&old.tools, &new.tools, "tool ", subject))
}

/// Compares the packages of an `apt-get install`. Returns `None` if anything else in the command changed.
pub(super) fn compare_apt(old: &[String], new: &[String], subject: &Subject) -> Option<Vec<Change>> {
    let (old, new) = (AptInstall::parse(old)?, AptInstall::parse(new)?);
    (old.rest == new.rest && old.packages != new.packages)
        .then(|| changes(&old.packages, &new.packages, "apt package ", subject))
}

fn changes(old: &Packages, new: &Packages, noun: &'static str, subject: &Subject) -> Vec<Change> {
    let package = |name: &str, version: &Option<String>| match version {
        Some(version) => format!("{name} {version}"),
        None => name.to_owned(),
    };
    let mut changes = Vec::new();
    for (name, before) in old {
        changes.extend(match new.get(name) {
            None => {
                let message = Message::new(noun).and("removed: ").value(&package(name, before));
                Some(Change::new(ChangeKind::PackageRemoved, subject, message))
            }
            Some(after) if after != before => {
                let version = |version: &Option<String>| version.clone().unwrap_or_else(|| "any".to_owned());
                let change = Change::new(ChangeKind::PackageChanged, subject, Message::new(noun).value(name));
                Some(change.with_values(&version(before), &version(after)))
            }
            Some(_) => None,
        });
    }
    for (name, version) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        let message = Message::new(noun).and("added: ").value(&package(name, version));
        changes.push(Change::new(ChangeKind::PackageAdded, subject, message));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(changes: Option<Vec<Change>>) -> Vec<String> {
        let changes = changes.map(|changes| changes.iter().map(ToString::to_string).collect());
        changes.unwrap_or_else(|| vec!["something else".to_owned()])
    }

    fn mise(old: &str, new: &str) -> Vec<String> {
        messages(compare_mise(old, new, &Subject::Plan))
    }

    fn apt(old: &str, new: &str) -> Vec<String> {
        let words = |text: &str| crate::compat::shlex::split(text).words;
        messages(compare_apt(&words(old), &words(new), &Subject::Plan))
    }

    #[test]
    fn compares_mise_tools() {
        let railpacks = |tools: &[(&str, &str)]| {
            let tools = tools.iter().map(|(name, version)| format!("  [tools.{name}]\n    version = \"{version}\"\n"));
            format!("[tools]\n{}", tools.collect::<String>())
        };
        assert_eq!(
            mise(&railpacks(&[("node", "22.1.0")]), &railpacks(&[("node", "24.0.0")])),
            ["tool `node`: `22.1.0` → `24.0.0`"]
        );
        assert_eq!(
            mise(&railpacks(&[("node", "22"), ("bun", "1")]), &railpacks(&[("node", "22"), ("uv", "2")])),
            ["tool removed: `bun 1`", "tool added: `uv 2`"]
        );
        assert_eq!(
            mise("[tools]\nnode = '22'\n\"npm:x\" = [\"1\", \"2\"]", "[tools]\nnode = '22'\n\"npm:x\" = \"3\""),
            ["tool `npm:x`: `1, 2` → `3`"]
        );
        assert_eq!(
            mise("[tools]\na = { version = \"1\" }", "[tools]\na = { version = \"2\" }"),
            ["tool `a`: `1` → `2`"]
        );
        for tools in [
            "[tools]\nnode = [\n  \"22\", # long-term\n  'VERSION',\n]",
            "[tools]\nnode = { version = ['22', 'VERSION'], os = ['linux'] }",
            "[tools.node]\nos = ['linux']\nversion = [\n'22', 'VERSION']",
            "tools.node = ['22', 'VERSION']",
            "[env]\nA = '1'\n[tools]\nnode.version = ['22', 'VERSION']",
        ] {
            let versions = |version| tools.replace("VERSION", version);
            assert_eq!(mise(&versions("23"), &versions("24")), ["tool `node`: `22, 23` → `22, 24`"], "{tools}");
        }
        assert_eq!(mise("[tools]\nnode = 22", "[tools]\nnode = 24\n# new"), ["tool `node`: `22` → `24`"]);
        assert_eq!(mise("", "[tools]\nnode = '22'"), ["tool added: `node 22`"]);
    }

    #[test]
    fn other_changes_of_a_mise_config_are_not_packages() {
        let other = ["something else"];
        assert_eq!(mise("[tools]\nnode = '22'\n[env]\nA = '1'", "[tools]\nnode = '24'\n[env]\nA = '2'"), other);
        assert_eq!(
            mise("[tools]\na = { version = \"1\", x = \"1\" }", "[tools]\na = { version = \"1\", x = \"2\" }"),
            other
        );
        assert_eq!(mise("node = '22'", "node = '24'"), other);
        assert_eq!(mise("[tools.x]\nversion = '1'\nos = 'a'", "[tools.x]\nversion = '1'\nos = 'b'"), other);
        assert_eq!(mise("[tools]\nnode = '22", "[tools]\nnode = '24'"), other, "invalid TOML");
        assert_eq!(mise("[tools]\nnode = ['22', 1.0]", "[tools]\nnode = ['24', 1.0]"), other);
        assert_eq!(mise("tools = '22'", "tools = '24'"), other);
    }

    #[test]
    fn deeply_nested_configs_are_not_parsed() {
        let deep = |levels: usize, key: &str| format!("{key} = {{ ").repeat(levels) + "x = 1" + &" }".repeat(levels);
        for (deep, is_parsed) in [
            (deep(50, "a.a.a"), true),
            (deep(70, &["a"; 70].join(".")), false),
            (deep(90, "a"), false),
            ("x = ".to_owned() + &"[".repeat(90_000), false),
        ] {
            let config = |version| format!("{deep}\n[tools]\nnode = '{version}'");
            let change = if is_parsed { "tool `node`: `22` → `24`" } else { "something else" };
            assert_eq!(mise(&config("22"), &config("24")), [change]);
        }
    }

    #[test]
    fn compares_apt_packages() {
        let railpacks = |packages: &str| format!("sh -c 'apt-get update && apt-get install -y {packages}'");
        assert_eq!(
            apt(&railpacks("curl libpq5"), &railpacks("curl libpq-dev=15.1")),
            ["apt package removed: `libpq5`", "apt package added: `libpq-dev 15.1`"]
        );
        assert_eq!(apt("apt-get install -y a=1 b", "apt-get install -y a=2 b"), ["apt package `a`: `1` → `2`"]);
        assert_eq!(apt("apt-get install a && x b", "apt-get install a c && x b"), ["apt package added: `c`"]);
    }

    #[test]
    fn other_changes_of_a_command_are_not_packages() {
        let other = ["something else"];
        assert_eq!(apt("apt-get install a && x b", "apt-get install a c && x c"), other);
        assert_eq!(apt("apt-get install -y a", "apt-get install a b"), other);
        assert_eq!(apt("apt-get install a b", "apt-get install b a"), other, "reordered");
        assert_eq!(apt("apt-get install -t x a", "apt-get install -t y a"), other);
        assert_eq!(apt("npm install a", "npm install b"), other);
    }
}
