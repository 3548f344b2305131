//! Commands that install packages, which have a line for each package.

use super::pieces::{Kind, Piece};

/// The maximum number of packages on one line.
const MAX_ON_A_LINE: usize = 6;

/// The maximum width of a line of packages.
const MAX_COLUMNS: usize = 100;

/// Options that are followed by a value.
const WITH_VALUE: [&str; 6] = ["-c", "-o", "-t", "-X", "--repository", "--virtual"];

/// A command that installs packages.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Install<'p, 's> {
    /// The pieces before the first package.
    pub(super) opening: &'p [Piece<'s>],
    /// The packages, and options between them.
    pub(super) packages: Vec<&'p [Piece<'s>]>,
}

impl<'p, 's> Install<'p, 's> {
    /// Finds the packages at the end of a statement. `None` if there are none, or if an argument is not a
    /// plain word.
    pub(super) fn new(statement: &'p [Piece<'s>]) -> Option<Self> {
        let command = last_command(statement);
        let mut rest = after_verb(command, &[("apt-get", "install"), ("apt", "install"), ("apk", "add")])?;
        if rest.iter().any(|piece| piece.plain_word().is_none()) {
            return None;
        }
        let mut packages = Vec::new();
        let mut opening = statement.len() - rest.len();
        while let Some(first) = rest.first().and_then(Piece::plain_word) {
            let length = if WITH_VALUE.contains(&first) { 2.min(rest.len()) } else { 1 };
            let (item, others) = rest.split_at_checked(length)?;
            if first.starts_with('-') && packages.is_empty() {
                opening += length;
            } else {
                packages.push(item);
            }
            rest = others;
        }
        (!packages.is_empty()).then_some(Self { opening: statement.get(..opening)?, packages })
    }

    /// Whether the packages are too many to read on a line of this width.
    pub(super) fn is_long(&self, columns: usize) -> bool {
        self.packages.len() > MAX_ON_A_LINE || self.packages.len() > 1 && columns > MAX_COLUMNS
    }
}

/// Whether a statement updates the lists of packages, and nothing else.
pub(super) fn is_update(statement: &[Piece<'_>]) -> bool {
    let managers = [("apt-get", "update"), ("apt", "update"), ("apk", "update")];
    after_verb(last_command(statement), &managers).is_some_and(|rest| rest.iter().all(is_option))
}

/// The command after the last `&&` or `||`.
fn last_command<'p, 's>(statement: &'p [Piece<'s>]) -> &'p [Piece<'s>] {
    let operator = statement.iter().rposition(|piece| piece.kind == Kind::AndOr);
    statement.get(operator.map_or(0, |at| at + 1)..).unwrap_or_default()
}

/// The arguments after the verb of a package manager.
fn after_verb<'p, 's>(command: &'p [Piece<'s>], managers: &[(&str, &str)]) -> Option<&'p [Piece<'s>]> {
    let program = command.iter().position(|piece| !is_assignment(piece))?;
    let (manager, arguments) = command.get(program..)?.split_first()?;
    let (_, verb) = managers.iter().find(|(name, _)| manager.text == *name)?;
    let at = arguments.iter().position(|piece| !is_option(piece))?;
    let (found, rest) = arguments.get(at..)?.split_first()?;
    (found.plain_word() == Some(verb)).then_some(rest)
}

fn is_assignment(piece: &Piece<'_>) -> bool {
    piece.plain_word().is_some_and(|word| word.contains('='))
}

fn is_option(piece: &Piece<'_>) -> bool {
    piece.plain_word().is_some_and(|word| word.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::super::pieces::split;
    use super::*;

    fn parts(script: &str) -> Option<(String, Vec<String>)> {
        let join = |pieces: &[Piece<'_>]| pieces.iter().map(|piece| piece.text).collect::<Vec<_>>().join(" ");
        let statement = split(script);
        Install::new(&statement)
            .map(|install| (join(install.opening), install.packages.iter().map(|package| join(package)).collect()))
    }

    #[test]
    fn packages_after_the_options() {
        for (script, opening, packages) in [
            ("apt-get install -y git curl", "apt-get install -y", &["git", "curl"][..]),
            ("apt install git;", "apt install", &["git;"]),
            (
                "&& DEBIAN_FRONTEND=noninteractive apt-get -qq install a",
                "&& DEBIAN_FRONTEND=noninteractive apt-get -qq install",
                &["a"],
            ),
            ("apt-get update && apt-get install a=1.2:3+b", "apt-get update && apt-get install", &["a=1.2:3+b"]),
            (
                "apk add --no-cache --virtual .deps gcc -t .more g++",
                "apk add --no-cache --virtual .deps",
                &["gcc", "-t .more", "g++"],
            ),
        ] {
            let packages = packages.iter().map(|&package| package.to_owned()).collect();
            assert_eq!(parts(script), Some((opening.to_owned(), packages)), "{script}");
        }
    }

    #[test]
    fn other_commands_have_no_packages() {
        for script in [
            "apt-get install -y",
            "apt-get remove git",
            "npm install git",
            "apt-get install $(cat packages)",
            "apt-get install 'git' curl",
            "apt-get install git > log",
            "apt-get install git | tee log",
        ] {
            assert_eq!(parts(script), None, "{script}");
        }
    }

    #[test]
    fn updates() {
        for (script, expected) in [
            ("apt-get update", true),
            ("&& apt-get -qq update -y", true),
            ("apk update", true),
            ("apt-get update git", false),
            ("apt-get update;", true),
            ("npm update", false),
        ] {
            assert_eq!(is_update(&split(script)), expected, "{script}");
        }
    }
}
