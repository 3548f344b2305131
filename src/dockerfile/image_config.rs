//! Operands of the instructions that set the config of an image: EXPOSE, HEALTHCHECK, LABEL, STOPSIGNAL.

use std::fmt;

use super::ExecForm;
use super::env::{is_bare_name, quoted};
use super::spelling::{Inexpressible, LONGEST_ARGUMENT, fold, one_line};

/// A port of EXPOSE: `3000` or `53/udp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Port {
    number: u16,
    /// The protocol, unless it is TCP.
    protocol: Option<&'static str>,
}

impl Port {
    /// Accepts `PORT`, a number from 1 to 65535, and `PORT/PROTOCOL`: `tcp`, `udp` or `sctp`.
    ///
    /// # Errors
    /// Anything else.
    pub(crate) fn new(text: &str) -> Result<Self, Inexpressible> {
        let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let protocol = match protocol {
            "tcp" => None,
            "udp" => Some("udp"),
            "sctp" => Some("sctp"),
            _ => return Err(Inexpressible::Malformed("a port")),
        };
        match number.parse() {
            Ok(number) if number != 0 && text.starts_with(|c: char| c.is_ascii_digit()) => {
                Ok(Self { number, protocol })
            }
            _ => Err(Inexpressible::Malformed("a port")),
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol {
            None => self.number.fmt(f),
            Some(protocol) => write!(f, "{}/{protocol}", self.number),
        }
    }
}

/// One `key="value"` of a LABEL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label(String);

impl Label {
    /// Spells a label. The value is literal: nothing in it is expanded.
    ///
    /// # Errors
    /// A key that [`is_label_key`] rejects; a value that contains a line feed or a NUL, is longer than an
    /// argument of a program, or can't be folded.
    pub(crate) fn new(key: &str, value: &str) -> Result<Self, Inexpressible> {
        check_key(key)?;
        one_line(value, "LABEL")?;
        if value.len() > LONGEST_ARGUMENT {
            return Err(Inexpressible::LongArgument(value.len()));
        }
        Ok(Self(fold(format!("{key}={}", quoted(value)))?))
    }

    /// Spells a label with the value of a build arg.
    ///
    /// # Errors
    /// A key that [`is_label_key`] rejects, and a name that is not a shell variable's.
    pub(crate) fn from_arg(key: &str, arg: &str) -> Result<Self, Inexpressible> {
        check_key(key)?;
        if !is_bare_name(arg) {
            return Err(Inexpressible::Malformed("a valid name for a build arg"));
        }
        Ok(Self(format!("{key}=\"${arg}\"")))
    }
}

fn check_key(key: &str) -> Result<(), Inexpressible> {
    if is_label_key(key) { Ok(()) } else { Err(Inexpressible::Malformed("the key of a label")) }
}

/// Whether a text is a key as Docker's guidelines want it: letters, digits, and `.`, `_`, `-` and `/`
/// between them.
pub(crate) fn is_label_key(key: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    let is_end = |c: char| c.is_ascii_alphanumeric();
    key.len() <= 128 && key.starts_with(is_end) && key.ends_with(is_end) && key.bytes().all(is_inner)
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The signal of a STOPSIGNAL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signal(String);

impl Signal {
    /// Accepts the name of a Linux signal, with or without `SIG`, or its number.
    ///
    /// # Errors
    /// Anything else.
    pub(crate) fn new(text: &str) -> Result<Self, Inexpressible> {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && text.parse().is_ok_and(|number: u8| (1..=64).contains(&number)) {
            return Ok(Self(text.to_owned()));
        }
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        if SIGNALS.contains(&name) || is_real_time(name) {
            return Ok(Self(format!("SIG{name}")));
        }
        Err(Inexpressible::Malformed("a signal"))
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Signals that a process can receive (`SignalMap` in `moby/sys/signal/signal_linux.go`).
const SIGNALS: &[&str] = &[
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
    "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1",
    "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
];

/// `RTMIN+N` or `RTMAX-N`, with N in the range that Docker knows.
fn is_real_time(name: &str) -> bool {
    let offset = |prefix, last: u8| {
        let number = name.strip_prefix(prefix).filter(|number| !number.starts_with(['0', '+']));
        number.and_then(|number: &str| number.parse().ok()).is_some_and(|number: u8| number <= last)
    };
    offset("RTMIN+", 15) || offset("RTMAX-", 14)
}

/// A duration of a HEALTHCHECK, such as `1m30s`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Duration(String);

impl Duration {
    /// Accepts numbers with the units `h`, `m`, `s` and `ms`, each at most once and in this order.
    ///
    /// # Errors
    /// Anything else, a number of more than six digits, and zero: for Docker, it means the default.
    pub(crate) fn new(text: &str) -> Result<Self, Inexpressible> {
        let mut rest = text;
        let mut is_zero = true;
        for unit in ["h", "m", "s", "ms"] {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, after) = rest.split_at(digits);
            let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
            if after.get(..letters) == Some(unit) && (1..=6).contains(&digits) {
                is_zero &= number.bytes().all(|byte| byte == b'0');
                rest = after.get(letters..).unwrap_or_default();
            }
        }
        if rest.is_empty() && !is_zero {
            return Ok(Self(text.to_owned()));
        }
        Err(Inexpressible::Malformed("a duration"))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The number of failures after which a container is unhealthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retries(pub(crate) std::num::NonZeroU32);

impl fmt::Display for Retries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A HEALTHCHECK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Healthcheck {
    pub(crate) interval: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) start_period: Option<Duration>,
    pub(crate) retries: Option<Retries>,
    pub(crate) command: ExecForm,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports() {
        for (text, port) in
            [("3000", "3000"), ("080", "80"), ("443/tcp", "443"), ("53/udp", "53/udp"), ("1/sctp", "1/sctp")]
        {
            assert_eq!(Port::new(text).unwrap().to_string(), port);
        }
        for text in
            ["", "0", "65536", "x", "-1", "+1", "80/", "80/TCP", "80/icmp", "8000-8010", "80 81", "$PORT", "80\n"]
        {
            assert!(Port::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn labels() {
        for (key, value, spelled) in [
            (
                "org.opencontainers.image.source",
                "https://x.test/a",
                r#"org.opencontainers.image.source="https://x.test/a""#,
            ),
            ("a", r#"it's "q" $x \n"#, r#"a="it's \"q\" \$x \\n""#),
            ("a/b_c-d", "", r#"a/b_c-d="""#),
        ] {
            assert_eq!(Label::new(key, value).unwrap().to_string(), spelled);
        }
        let spelled = Label::from_arg("org.opencontainers.image.revision", "REVISION").unwrap().to_string();
        assert_eq!(spelled, r#"org.opencontainers.image.revision="$REVISION""#);
        for key in ["", ".a", "a.", "a b", "a\"b", "$a", "a=b", "é", "a\nb", &"a".repeat(129)] {
            assert!(Label::new(key, "x").is_err() && Label::from_arg(key, "X").is_err(), "{key:?}");
        }
        for value in ["a\nb", "\0", &"x".repeat(131_072)] {
            assert!(Label::new("a", value).is_err());
        }
        for arg in ["", "my-arg", "A B", "A}", "$A"] {
            assert!(Label::from_arg("a", arg).is_err(), "{arg}");
        }
    }

    #[test]
    fn signals() {
        for (text, signal) in [
            ("SIGINT", "SIGINT"),
            ("quit", "SIGQUIT"),
            ("Sigterm", "SIGTERM"),
            ("9", "9"),
            ("64", "64"),
            ("SIGRTMIN+3", "SIGRTMIN+3"),
            ("rtmax-14", "SIGRTMAX-14"),
        ] {
            assert_eq!(Signal::new(text).unwrap().to_string(), signal);
        }
        for text in
            ["", "0", "65", "SIGNONE", "SIG", "INT TERM", "SIGRTMIN+16", "SIGRTMIN+03", "SIGRTMIN++3", "$SIG", "INT\n"]
        {
            assert!(Signal::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn durations() {
        for text in ["30s", "1m30s", "500ms", "1h", "1h2m3s4ms", "100000s"] {
            assert_eq!(Duration::new(text).unwrap().to_string(), text);
        }
        for text in
            ["", "30", "s", "0s", "0m0s", "1s1m", "1s1s", "-1s", "1.5s", "1d", "1 s", "30s ", "1000000s", "1us", "é"]
        {
            assert!(Duration::new(text).is_err(), "{text:?}");
        }
    }
}
