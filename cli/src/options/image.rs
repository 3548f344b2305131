//! The options of the final image: from the command line and from `[image]` in `railpack2docker.toml`.

use std::collections::BTreeMap;

use railpack2docker::{Code, Diagnostic, Healthcheck, ImageCommand, ImageOptions};
use serde::Deserialize;
use serde::de::Error as _;

use super::expressible::PairOption;
use super::whole_number::WholeNumber;

/// The options of the final image that were given, on the command line or in a file.
#[derive(Clone, Debug, Default, PartialEq, clap::Args, Deserialize)]
#[command(next_help_heading = "Image options")]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ImageArgs {
    /// Image to use instead of the one that the plan's image starts from
    #[arg(long, value_name = "IMAGE", hide_short_help = true)]
    base: Option<String>,

    /// User that containers run as, and that owns `/app` and its own home: a UID, or a name to create
    #[arg(long, value_name = "UID[:GID]|NAME", hide_short_help = true)]
    #[serde(deserialize_with = "read_text_or_number")]
    user: Option<String>,

    /// Variable of the image, which overrides the plan's (repeatable)
    ///
    /// The plan stays the same: variables for Railpack, such as `RAILPACK_NODE_VERSION`, are for `railpack plan --env`,
    /// and secrets for `build --secret`.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, hide_short_help = true)]
    #[serde(deserialize_with = "read_pairs")]
    env: Vec<(String, String)>,

    /// Label of the image (repeatable)
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair, hide_short_help = true)]
    #[serde(alias = "labels", deserialize_with = "read_pairs")]
    label: Vec<(String, String)>,

    /// Label whose value is passed to the build as a build arg (repeatable)
    #[arg(long, value_name = "KEY=ARG", value_parser = pair, hide_short_help = true)]
    #[serde(alias = "label-args", deserialize_with = "read_pairs")]
    label_arg: Vec<(String, String)>,

    /// Port that the application listens on (repeatable)
    #[arg(long, value_name = "PORT[/PROTOCOL]", hide_short_help = true)]
    #[serde(deserialize_with = "read_texts_or_numbers")]
    expose: Vec<String>,

    /// Directory for data that outlives a container (repeatable)
    #[arg(long, value_name = "PATH", hide_short_help = true)]
    #[serde(alias = "volumes")]
    volume: Vec<String>,

    #[command(flatten)]
    #[serde(deserialize_with = "read_healthcheck")]
    healthcheck: HealthcheckArgs,

    /// Signal that stops a container
    #[arg(long, value_name = "SIGNAL", hide_short_help = true)]
    #[serde(deserialize_with = "read_text_or_number")]
    stop_signal: Option<String>,

    /// Program that runs the start command, as words or a JSON array [default: /bin/bash -c]
    #[arg(long, value_name = "COMMAND", value_parser = command, hide_short_help = true)]
    #[serde(deserialize_with = "read_command")]
    entrypoint: Option<ImageCommand>,

    /// Start command, as a shell command or a JSON array [default: the plan's]
    #[arg(long, value_name = "COMMAND", value_parser = command, hide_short_help = true)]
    #[serde(deserialize_with = "read_command")]
    command: Option<ImageCommand>,

    /// Put `exec` before the last command of the start command, so that it receives signals
    #[arg(long, hide_short_help = true)]
    exec: bool,
}

/// The options of the health check.
#[derive(Clone, Debug, Default, PartialEq, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct HealthcheckArgs {
    /// Command that checks whether a container is healthy, as a shell command or a JSON array
    #[arg(long = "healthcheck", id = "healthcheck", value_name = "COMMAND", value_parser = command, hide_short_help = true)]
    #[serde(deserialize_with = "read_command")]
    command: Option<ImageCommand>,

    /// Time between two checks [default: 30s]
    #[arg(long = "health-interval", value_name = "TIME", hide_short_help = true)]
    interval: Option<String>,

    /// Time after which a check fails [default: 30s]
    #[arg(long = "health-timeout", value_name = "TIME", hide_short_help = true)]
    timeout: Option<String>,

    /// Time after the start in which failures don't count [default: 0s]
    #[arg(long = "health-start-period", value_name = "TIME", hide_short_help = true)]
    start_period: Option<String>,

    /// Failures in a row after which a container is unhealthy [default: 3]
    #[arg(long = "health-retries", value_name = "N", value_parser = retries, hide_short_help = true)]
    #[serde(deserialize_with = "read_retries")]
    retries: Option<u32>,
}

impl ImageArgs {
    /// The options of the library.
    pub(crate) fn options(self) -> Result<ImageOptions, Diagnostic> {
        let mut options = ImageOptions::default();
        options.base = self.base;
        options.user = self.user;
        options.env = self.env.into_iter().collect();
        options.labels = self.label.into_iter().collect();
        options.label_args = self.label_arg.into_iter().collect();
        options.expose = self.expose;
        options.volumes = self.volume;
        options.healthcheck = self.healthcheck.options()?;
        options.stop_signal = self.stop_signal;
        options.entrypoint = self.entrypoint;
        options.command = self.command;
        options.exec = self.exec;
        Ok(options)
    }

    /// These options, and those of `below` that are not given here.
    pub(crate) fn over(self, below: &Self) -> Self {
        let below = below.clone();
        Self {
            base: self.base.or(below.base),
            user: self.user.or(below.user),
            // the last value of a name takes precedence
            env: joined(below.env, self.env),
            label: joined(below.label, self.label),
            label_arg: joined(below.label_arg, self.label_arg),
            expose: joined(below.expose, self.expose),
            volume: joined(below.volume, self.volume),
            healthcheck: self.healthcheck.over(below.healthcheck),
            stop_signal: self.stop_signal.or(below.stop_signal),
            entrypoint: self.entrypoint.or(below.entrypoint),
            command: self.command.or(below.command),
            exec: self.exec || below.exec,
        }
    }

    /// The options whose values are pairs.
    pub(super) fn pairs(&self) -> [PairOption<'_>; 3] {
        [("env", &self.env), ("label", &self.label), ("label-arg", &self.label_arg)].map(|(name, pairs)| PairOption {
            name,
            pairs,
            parse: pair,
        })
    }

    /// The options as arguments of a command line, without those that change nothing.
    pub(crate) fn arguments(&self, below: &Self) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut add = |name: &str, value: &str| arguments.push(format!("--{name}={value}"));
        let mut add_new = |name: &str, value: &Option<String>, below: &Option<String>| {
            if let Some(value) = value.as_deref().filter(|value| Some(*value) != below.as_deref()) {
                add(name, value);
            }
        };
        let (health, below_health) = (&self.healthcheck, &below.healthcheck);
        let line = |command: &Option<ImageCommand>| command.as_ref().map(ToString::to_string);
        let retries = |health: &HealthcheckArgs| health.retries.map(|retries| retries.to_string());
        add_new("base", &self.base, &below.base);
        add_new("user", &self.user, &below.user);
        for PairOption { name, pairs, .. } in self.pairs() {
            for (key, value) in pairs {
                add_new(name, &Some(format!("{key}={value}")), &None);
            }
        }
        for (name, values) in [("expose", &self.expose), ("volume", &self.volume)] {
            for value in values {
                add_new(name, &Some(value.clone()), &None);
            }
        }
        add_new("healthcheck", &line(&health.command), &line(&below_health.command));
        add_new("health-interval", &health.interval, &below_health.interval);
        add_new("health-timeout", &health.timeout, &below_health.timeout);
        add_new("health-start-period", &health.start_period, &below_health.start_period);
        add_new("health-retries", &retries(health), &retries(below_health));
        add_new("stop-signal", &self.stop_signal, &below.stop_signal);
        add_new("entrypoint", &line(&self.entrypoint), &line(&below.entrypoint));
        add_new("command", &line(&self.command), &line(&below.command));
        if self.exec && !below.exec {
            arguments.push("--exec".to_owned());
        }
        arguments
    }
}

impl HealthcheckArgs {
    fn options(self) -> Result<Option<Healthcheck>, Diagnostic> {
        let Some(command) = self.command.clone() else {
            let settings = [
                ("health-interval", self.interval.is_some()),
                ("health-timeout", self.timeout.is_some()),
                ("health-start-period", self.start_period.is_some()),
                ("health-retries", self.retries.is_some()),
            ];
            let Some((setting, _)) = settings.into_iter().find(|(_, is_set)| *is_set) else { return Ok(None) };
            let found = Diagnostic::new(Code::InvalidOption, "the settings of a health check require a command");
            return Err(found
                .about_option(setting)
                .with_help("pass `--healthcheck`, or set `command` in the config file"));
        };
        let mut healthcheck = Healthcheck::new(command);
        healthcheck.interval = self.interval;
        healthcheck.timeout = self.timeout;
        healthcheck.start_period = self.start_period;
        healthcheck.retries = self.retries;
        Ok(Some(healthcheck))
    }

    fn over(self, below: Self) -> Self {
        Self {
            command: self.command.or(below.command),
            interval: self.interval.or(below.interval),
            timeout: self.timeout.or(below.timeout),
            start_period: self.start_period.or(below.start_period),
            retries: self.retries.or(below.retries),
        }
    }
}

fn joined<T>(below: Vec<T>, above: Vec<T>) -> Vec<T> {
    below.into_iter().chain(above).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "a parser of clap")]
fn command(text: &str) -> Result<ImageCommand, String> {
    Ok(ImageCommand::parse(text))
}

fn retries(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("expected a number from 1 to {}", u32::MAX))
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected a name, `=`, and a value".to_owned()),
    }
}

/// A string, or a number in its place.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or an integer")]
enum TextOrNumber {
    Text(String),
    Number(u32),
}

impl From<TextOrNumber> for String {
    fn from(value: TextOrNumber) -> Self {
        match value {
            TextOrNumber::Text(text) => text,
            TextOrNumber::Number(number) => number.to_string(),
        }
    }
}

fn read_text_or_number<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Option<String>, D::Error> {
    TextOrNumber::deserialize(from).map(|value| Some(value.into()))
}

fn read_texts_or_numbers<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(Vec::<TextOrNumber>::deserialize(from)?.into_iter().map(String::from).collect())
}

/// A table of names and values.
fn read_pairs<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Vec<(String, String)>, D::Error> {
    Ok(BTreeMap::<String, TextOrNumber>::deserialize(from)?
        .into_iter()
        .map(|(key, value)| (key, value.into()))
        .collect())
}

fn read_retries<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Option<u32>, D::Error> {
    Ok(Option::<WholeNumber>::deserialize(from)?.map(|number| number.0))
}

/// A shell command or an array of words.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or an array of strings")]
enum TextOrWords {
    Text(String),
    Words(Vec<String>),
}

impl From<TextOrWords> for ImageCommand {
    fn from(value: TextOrWords) -> Self {
        match value {
            TextOrWords::Text(text) => Self::parse(&text),
            TextOrWords::Words(words) => Self::Exec(words),
        }
    }
}

fn read_command<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Option<ImageCommand>, D::Error> {
    TextOrWords::deserialize(from).map(|value| Some(value.into()))
}

/// The command alone, or a table with its times.
fn read_healthcheck<'d, D: serde::Deserializer<'d>>(from: D) -> Result<HealthcheckArgs, D::Error> {
    match toml::Value::deserialize(from)? {
        table @ toml::Value::Table(_) => HealthcheckArgs::deserialize(table).map_err(D::Error::custom),
        command => {
            let command = TextOrWords::deserialize(command).map_err(D::Error::custom)?;
            Ok(HealthcheckArgs { command: Some(command.into()), ..HealthcheckArgs::default() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args as _, FromArgMatches};

    fn parse(arguments: &[&str]) -> ImageArgs {
        let command = ImageArgs::augment_args(clap::Command::new("x"));
        let arguments = std::iter::once("x").chain(arguments.iter().copied());
        ImageArgs::from_arg_matches(&command.get_matches_from(arguments)).unwrap()
    }

    const ALL: &[&str] = &[
        "--base=debian:13",
        "--user=1001:1001",
        "--env=A=b=c",
        "--env=D=",
        "--label=a.b=c d",
        "--label-arg=a.c=REVISION",
        "--expose=3000",
        "--expose=53/udp",
        "--volume=/data",
        "--healthcheck=curl -f x || exit 1",
        "--health-interval=10s",
        "--health-timeout=1s",
        "--health-start-period=5s",
        "--health-retries=2",
        "--stop-signal=SIGINT",
        "--entrypoint=[\"tini\",\"--\"]",
        "--command=-x 'y z'",
        "--exec",
    ];

    const TOML: &str = r#"
base = "debian:13"
user = "1001:1001"
env = { A = "b=c", D = "" }
labels = { "a.b" = "c d" }
label-args = { "a.c" = "REVISION" }
expose = [3000, "53/udp"]
volumes = ["/data"]
healthcheck = { command = "curl -f x || exit 1", interval = "10s", timeout = "1s", start-period = "5s", retries = 2 }
stop-signal = "SIGINT"
entrypoint = ["tini", "--"]
command = "-x 'y z'"
exec = true
"#;

    #[test]
    fn arguments_parse_as_they_print() {
        assert_eq!(parse(ALL).arguments(&ImageArgs::default()), ALL);
        assert_eq!(parse(&[]), ImageArgs::default());
    }

    #[test]
    fn both_forms_have_the_same_options() {
        let file: ImageArgs = toml::from_str(TOML).unwrap();
        assert_eq!(file, parse(ALL));
        assert_eq!(file.arguments(&file).len(), 7, "only lists: {:?}", file.arguments(&file));
    }

    #[test]
    fn the_command_line_takes_precedence() {
        let file: ImageArgs = toml::from_str(TOML).unwrap();
        let given = parse(&["--user=app", "--env=A=x", "--expose=80", "--health-retries=5", "--stop-signal=SIGINT"]);
        let arguments = ["--user=app", "--env=A=x", "--expose=80", "--health-retries=5"];
        assert_eq!(given.arguments(&file), arguments);
        let options = given.over(&file).options().unwrap();
        assert_eq!((options.user.as_deref(), options.env["A"].as_str()), (Some("app"), "x"));
        assert_eq!(options.expose, ["3000", "53/udp", "80"]);
        let check = options.healthcheck.unwrap();
        assert_eq!((check.retries, check.interval.as_deref()), (Some(5), Some("10s")));
        assert!(options.exec && options.command.is_some());
    }

    #[test]
    fn values_of_the_file_have_several_forms() {
        let file: ImageArgs = toml::from_str("user = 1001\nhealthcheck = ['a', 'b']\nlabel = { n = 1 }").unwrap();
        assert_eq!(file, parse(&["--user=1001", "--healthcheck=[\"a\", \"b\"]", "--label=n=1"]));
        for (line, message) in [
            ("usr = 'x'", "unknown field `usr`"),
            ("healthcheck = { cmd = 'x' }", "unknown field `cmd`"),
            ("healthcheck = 1", "expected a string or an array of strings"),
            ("expose = [-1]", "expected a string or an integer"),
            ("command = [1]", "expected a string or an array of strings"),
        ] {
            let error = toml::from_str::<ImageArgs>(line).unwrap_err().to_string();
            assert!(error.contains(message), "{line}: {error}");
        }
    }

    #[test]
    fn retries_are_a_number() {
        assert_eq!(retries("3"), Ok(3));
        for text in ["x", "", "0", "-1", "4294967296"] {
            assert_eq!(retries(text), Err("expected a number from 1 to 4294967295".to_owned()), "{text}");
        }
    }

    #[test]
    fn times_require_a_health_check() {
        let error = parse(&["--health-interval=1s"]).options().unwrap_err();
        assert_eq!(error.help.as_deref(), Some("pass `--healthcheck`, or set `command` in the config file"));
    }
}
