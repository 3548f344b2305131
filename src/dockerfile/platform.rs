//! Platforms, and the build args that tell them apart.

use std::collections::BTreeSet;
use std::fmt;

use super::spelling::Inexpressible;

/// The architectures of Linux, as Go and Docker name them.
const ARCHITECTURES: [&str; 13] = [
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64",
    "s390x",
];

/// Other names of architectures, with Docker's own. A name with a slash includes a variant.
const ALIASES: [(&str, &str); 19] = [
    ("aarch64", "arm64"),
    ("arm32v5", "arm/v5"),
    ("arm32v6", "arm/v6"),
    ("arm32v7", "arm/v7"),
    ("arm64v8", "arm64"),
    ("armel", "arm/v6"),
    ("armhf", "arm/v7"),
    ("armv6", "arm/v6"),
    ("armv6l", "arm/v6"),
    ("armv7", "arm/v7"),
    ("armv7l", "arm/v7"),
    ("armv8", "arm64"),
    ("i386", "386"),
    ("i686", "386"),
    ("ppc64el", "ppc64le"),
    ("x64", "amd64"),
    ("x86", "386"),
    ("x86-64", "amd64"),
    ("x86_64", "amd64"),
];

/// Linux on an architecture, and the variant of the architecture if it is not the default. For arm, the variant is
/// always there. Two names of a platform are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Platform {
    architecture: &'static str,
    variant: Option<String>,
}

impl Platform {
    /// Accepts `linux/ARCHITECTURE` and `linux/ARCHITECTURE/VARIANT`, in lower case.
    ///
    /// # Errors
    /// Anything else, such as an unknown architecture or another operating system.
    pub(crate) fn new(text: &str) -> Result<Self, Inexpressible> {
        Self::parse(text).ok_or(Inexpressible::Malformed("a platform of Linux"))
    }

    fn parse(text: &str) -> Option<Self> {
        let architecture = text.strip_prefix("linux/")?;
        let (architecture, variant) = match architecture.split_once('/') {
            Some((architecture, variant)) => (architecture, Some(variant)),
            None => (architecture, None),
        };
        if variant.is_some_and(|variant| !is_variant(variant)) {
            return None;
        }
        let architecture = ARCHITECTURES.into_iter().find(|known| *known == architecture)?;
        // the defaults of `normalizeArch` in `database.go` of github.com/containerd/platforms
        let variant = match (architecture, variant) {
            ("amd64", Some("v1")) | ("arm64", Some("v8")) => None,
            ("arm", None) => Some("v7"),
            (_, variant) => variant,
        };
        Some(Self { architecture, variant: variant.map(str::to_owned) })
    }

    /// The platform that a text most likely means: in capitals, with blanks around it, without `linux/`, or by
    /// another name of the architecture. Docker accepts most of these, too.
    pub(crate) fn guess(text: &str) -> Option<Self> {
        const LONGEST: usize = 100;
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        let text = text.to_ascii_lowercase();
        let name = text.strip_prefix("linux/").unwrap_or(&text);
        let known = ALIASES.into_iter().find(|(alias, _)| *alias == name).map_or(name, |(_, known)| known);
        Self::parse(&format!("linux/{known}"))
    }

    /// The valid platforms among these texts.
    pub(crate) fn valid(texts: &[String]) -> Vec<Self> {
        texts.iter().filter_map(|text| Self::parse(text)).collect()
    }

    /// A platform of each architecture, without a variant.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        ARCHITECTURES.into_iter().map(|architecture| Self { architecture, variant: None })
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "linux/{}", self.architecture)?;
        self.variant.iter().try_for_each(|variant| write!(f, "/{variant}"))
    }
}

/// The names of architectures, also those that Docker does not use, each with the architecture.
pub(crate) fn architecture_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let architecture = |platform: &'static str| platform.split_once('/').map_or(platform, |(before, _)| before);
    let aliases = ALIASES.into_iter().map(move |(alias, platform)| (alias, architecture(platform)));
    ARCHITECTURES.into_iter().map(|name| (name, name)).chain(aliases)
}

/// Whether a text is a `v` and a number, such as `v7` or `v8.2`.
fn is_variant(text: &str) -> bool {
    const LONGEST: usize = 8;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= LONGEST && text.strip_prefix('v').is_some_and(|number| number.split('.').all(is_number))
}

/// A build arg that BuildKit sets to a part of the platform that it builds for, in each stage that declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PlatformArg {
    /// The architecture.
    Architecture,
    /// The variant of the architecture. It is empty for the default variant, except that arm's default is `v7`.
    Variant,
}

impl PlatformArg {
    /// The args that tell platforms apart: none for a single platform, and the variant only if platforms have the
    /// same architecture.
    pub(crate) fn distinguishing(platforms: &[Platform]) -> &'static [Self] {
        let distinct: BTreeSet<&Platform> = platforms.iter().collect();
        let architectures: BTreeSet<&str> = platforms.iter().map(|platform| platform.architecture).collect();
        match (distinct.len(), architectures.len()) {
            (0 | 1, _) => &[],
            (all, different) if all == different => &[Self::Architecture],
            _ => &[Self::Architecture, Self::Variant],
        }
    }

    /// The name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Architecture => "TARGETARCH",
            Self::Variant => "TARGETVARIANT",
        }
    }
}

impl fmt::Display for PlatformArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(text: &str) -> Platform {
        Platform::new(text).unwrap()
    }

    #[test]
    fn platforms() {
        for text in ["linux/amd64", "linux/amd64/v3", "linux/arm64", "linux/arm/v6", "linux/arm64/v8.2", "linux/s390x"]
        {
            assert_eq!(platform(text).to_string(), text);
        }
        for text in [
            "",
            "linux",
            "linux/",
            "linux/x86_64",
            "linux/AMD64",
            "Linux/amd64",
            "windows/amd64",
            "amd64",
            "linux/arm/",
            "linux/arm/7",
            "linux/arm/v",
            "linux/arm/v7.",
            "linux/arm/v7/x",
            "linux/arm/v$x",
            "linux/amd64 ",
            "linux/amd64\n",
            "linux/amd64,linux/arm64",
            "local",
        ] {
            assert!(Platform::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn default_variants_are_equal_to_their_names() {
        for (text, same) in
            [("linux/arm", "linux/arm/v7"), ("linux/arm64/v8", "linux/arm64"), ("linux/amd64/v1", "linux/amd64")]
        {
            assert_eq!(platform(text), platform(same));
            assert_eq!(platform(text).to_string(), same);
        }
        assert_ne!(platform("linux/arm/v6"), platform("linux/arm/v7"));
    }

    #[test]
    fn other_names_are_guessed() {
        for (text, platform) in [
            ("linux/x86_64", "linux/amd64"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/armv7l", "linux/arm/v7"),
            ("Linux/ARM64", "linux/arm64"),
            (" linux/arm64", "linux/arm64"),
            ("arm64", "linux/arm64"),
            ("x86-64", "linux/amd64"),
            ("arm/v6", "linux/arm/v6"),
        ] {
            assert_eq!(Platform::guess(text).map(|platform| platform.to_string()).as_deref(), Some(platform), "{text}");
        }
        for text in ["", "windows/amd64", "local", "linux/x87"] {
            assert_eq!(Platform::guess(text), None, "{text}");
        }
    }

    #[test]
    fn aliases_have_known_names() {
        for (alias, known) in ALIASES {
            assert!(Platform::new(&format!("linux/{known}")).is_ok(), "{known}");
            assert!(Platform::new(&format!("linux/{alias}")).is_err(), "{alias}");
        }
    }

    #[test]
    fn args_tell_platforms_apart() {
        use PlatformArg::{Architecture, Variant};
        for (texts, args) in [
            (&[][..], &[][..]),
            (&["linux/arm64"], &[]),
            (&["linux/arm", "linux/arm/v7"], &[]),
            (&["linux/amd64", "linux/arm64"], &[Architecture]),
            (&["linux/amd64", "linux/arm/v7"], &[Architecture]),
            (&["linux/arm/v6", "linux/arm/v7"], &[Architecture, Variant]),
            (&["linux/amd64", "linux/amd64/v3", "linux/arm64"], &[Architecture, Variant]),
        ] {
            let platforms: Vec<Platform> = texts.iter().map(|text| platform(text)).collect();
            assert_eq!(PlatformArg::distinguishing(&platforms), args, "{texts:?}");
        }
    }
}
