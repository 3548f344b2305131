//! The options of the image, checked and spelled.

use std::num::NonZeroU32;

use super::image_user::ImageUser;
use crate::compat::shlex;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::dockerfile::{
    Assignment, Duration, ExecForm, Healthcheck, ImageRef, Inexpressible, Instruction, Label, Labels, OwnedPath, Port,
    Retries, Signal, is_bare_name,
};
use crate::graph::Graph;
use crate::options::{self, ImageCommand, ImageOptions};

/// The options of the image as operands. Lowering fails if one of them was invalid.
#[derive(Debug, Default)]
pub(super) struct ImageSettings {
    pub(super) user: Option<ImageUser>,
    /// Variables that override those of the plan.
    pub(super) env: Vec<Assignment>,
    pub(super) labels: Labels,
    pub(super) ports: Vec<Port>,
    pub(super) volumes: Vec<OwnedPath>,
    pub(super) stop_signal: Option<Signal>,
    pub(super) healthcheck: Option<Healthcheck>,
    pub(super) entrypoint: Option<Entrypoint>,
    pub(super) command: Option<ImageCommand>,
    /// Whether `exec` is put before the last command of a start command.
    pub(super) exec: bool,
}

/// An entrypoint that replaces `/bin/bash -c`.
#[derive(Debug)]
pub(super) struct Entrypoint {
    pub(super) form: ExecForm,
    /// Whether it ends in a shell's `-c`, so that it runs a script.
    pub(super) runs_script: bool,
}

impl ImageSettings {
    /// Checks the options, and reports those that are invalid.
    pub(super) fn new(graph: &Graph, options: &ImageOptions, findings: &mut Findings) -> Self {
        check_base(graph, options, findings);
        let mut check = Check { findings };
        let volumes = unique(options.volumes.iter().filter_map(|path| check.volume(path)));
        let home = options.env.get("HOME").map(String::as_str);
        let user = options.user.as_deref();
        Self {
            user: user.and_then(|user| check.user(user, home, &volumes)),
            env: options.env.iter().filter_map(|(name, value)| check.variable(name, value)).collect(),
            labels: check.labels(options),
            ports: unique(options.expose.iter().filter_map(|port| check.port(port))),
            volumes,
            stop_signal: options.stop_signal.as_deref().and_then(|signal| check.signal(signal)),
            healthcheck: options.healthcheck.as_ref().and_then(|healthcheck| check.healthcheck(healthcheck)),
            entrypoint: options.entrypoint.as_ref().and_then(|entrypoint| check.entrypoint(entrypoint)),
            command: options.command.clone().filter(|command| check.is_command("command", command)),
            exec: options.exec,
        }
    }

    /// The instructions that only set the config of the image, in the usual order, up to ENTRYPOINT.
    pub(super) fn config(&self) -> Vec<Instruction> {
        let mut instructions = Vec::new();
        if !self.labels.labels.is_empty() {
            instructions.push(Instruction::Labels(self.labels.clone()));
        }
        if !self.ports.is_empty() {
            instructions.push(Instruction::Expose(self.ports.clone()));
        }
        if !self.volumes.is_empty() {
            instructions.push(Instruction::Volume(self.volumes.clone()));
        }
        instructions.extend(self.user.as_ref().map(|user| Instruction::User(user.owner())));
        instructions.extend(self.stop_signal.clone().map(Instruction::StopSignal));
        instructions.extend(self.healthcheck.clone().map(Instruction::Healthcheck));
        instructions
    }
}

/// Rejects options that need another kind of base.
fn check_base(graph: &Graph, options: &ImageOptions, findings: &mut Findings) {
    let mut check = Check { findings };
    let has_image = graph.root_image(graph.base().origin).is_some();
    if let Some(base) = &options.base {
        if ImageRef::new(base).is_err() {
            check.reject(
                "base",
                format!("invalid base image `{base}`"),
                "pass an image reference, such as `debian:trixie-slim`",
            );
        } else if !has_image {
            let message = "`--base` can't be used: the plan's image doesn't start from another image";
            check.reject("base", message.to_owned(), "remove `--base`, or start `deploy.base` from an image");
        }
    }
    if options.user.is_some() && !has_image {
        let message = "`--user` can't be used: the plan's image doesn't start from another image";
        check.reject(
            "user",
            message.to_owned(),
            "start `deploy.base` from an image with a shell, which prepares the user's directories",
        );
    }
}

/// Spells options, and reports those that are invalid.
struct Check<'f> {
    findings: &'f mut Findings,
}

impl Check<'_> {
    fn reject(&mut self, option: &'static str, message: String, help: &str) {
        let found = Diagnostic::new(Code::InvalidOption, message).about_option(option);
        self.findings.push(found.with_help(help));
    }

    fn or_reject<T>(
        &mut self,
        spelled: Result<T, Inexpressible>,
        option: &'static str,
        message: String,
        help: &str,
    ) -> Option<T> {
        spelled.map_err(|_| self.reject(option, message, help)).ok()
    }

    fn user(&mut self, user: &str, home: Option<&str>, volumes: &[OwnedPath]) -> Option<ImageUser> {
        let help = "use a UID such as `1001`, `UID:GID`, or the name of a user to create, such as `app`";
        let message = match user {
            "0" | "root" => "`--user` can't be root, which containers run as without the option".to_owned(),
            _ => format!("invalid user `{user}`"),
        };
        let user = self.or_reject(crate::dockerfile::User::new(user), "user", message, help)?;
        let home = home.map_or_else(|| user.default_home(), str::to_owned);
        let help = "use an absolute path of letters, digits and `._-+@`";
        let home =
            self.or_reject(OwnedPath::new(&home), "env", format!("invalid home directory `{home}` of the user"), help)?;
        Some(ImageUser::new(user, home, volumes))
    }

    fn variable(&mut self, name: &str, value: &str) -> Option<Assignment> {
        match Assignment::new(name, value) {
            Ok(assignment) => Some(assignment),
            Err(why) => {
                self.reject(
                    "env",
                    format!("`--env`: variable `{name}` {why}"),
                    "change the variable: a Dockerfile can't set it",
                );
                None
            }
        }
    }

    fn labels(&mut self, options: &ImageOptions) -> Labels {
        const KEY: &str = "use a key of letters, digits and `._-/`, such as `org.opencontainers.image.source`";
        let mut labels = Labels::default();
        for (key, value) in &options.labels {
            match Label::new(key, value) {
                Ok(label) => labels.labels.push(label),
                Err(Inexpressible::Malformed(_)) => {
                    self.reject("label", format!("invalid key `{key}` of a label"), KEY);
                }
                Err(why) => {
                    self.reject("label", format!("label `{key}` {why}"), "change the label: a Dockerfile can't set it");
                }
            }
        }
        for (key, arg) in &options.label_args {
            if options.labels.contains_key(key) {
                self.reject(
                    "label-arg",
                    format!("label `{key}` has two values"),
                    "remove either `--label` or `--label-arg`",
                );
            }
            if arg == "SECRETS_HASH" {
                let message = format!("`SECRETS_HASH` can't be the build arg for label `{key}`");
                self.reject("label-arg", message, "use another name: this one is reserved for the hash of the secrets");
                continue;
            }
            if !is_bare_name(arg) {
                let help = "use letters, digits and `_`, as in `REVISION`, and no digit at the start";
                self.reject("label-arg", format!("invalid build arg `{arg}` for label `{key}`"), help);
                continue;
            }
            labels.labels.extend(self.or_reject(
                Label::from_arg(key, arg),
                "label-arg",
                format!("invalid key `{key}` of a label"),
                KEY,
            ));
            let assignment = Assignment::arg(arg, "").ok();
            labels.args.extend(assignment.filter(|new| labels.args.iter().all(|known| known.name() != new.name())));
        }
        labels
    }

    fn port(&mut self, port: &str) -> Option<Port> {
        let help = "use a number from 1 to 65535, and `/udp` or `/sctp` if it is not TCP, as in `53/udp`";
        self.or_reject(Port::new(port), "expose", format!("invalid port `{port}`"), help)
    }

    fn volume(&mut self, path: &str) -> Option<OwnedPath> {
        let help = "use an absolute path of letters, digits and `._-+@`, such as `/data`";
        self.or_reject(OwnedPath::new(path), "volume", format!("invalid volume `{path}`"), help)
    }

    fn signal(&mut self, signal: &str) -> Option<Signal> {
        let help = "use the name or the number of a Linux signal, such as `SIGINT`";
        self.or_reject(Signal::new(signal), "stop-signal", format!("invalid stop signal `{signal}`"), help)
    }

    fn healthcheck(&mut self, check: &options::Healthcheck) -> Option<Healthcheck> {
        let interval = check.interval.as_deref().map(|time| self.duration("health-interval", "interval", time));
        let timeout = check.timeout.as_deref().map(|time| self.duration("health-timeout", "timeout", time));
        let start_period =
            check.start_period.as_deref().map(|time| self.duration("health-start-period", "start period", time));
        let retries = check.retries.map(|retries| {
            let retries = NonZeroU32::new(retries);
            if retries.is_none() {
                self.reject("health-retries", "invalid number of retries `0`".to_owned(), "use at least 1");
            }
            retries.map(Retries)
        });
        if !self.is_command("healthcheck", &check.command) {
            return None;
        }
        // Docker ignores the case of the word
        if matches!(&check.command, ImageCommand::Shell(line) if line.trim().eq_ignore_ascii_case("none")) {
            self.reject(
                "healthcheck",
                "`--healthcheck` requires a command, and `NONE` is none".to_owned(),
                "remove it: without a command, the image has no health check, not even that of its base image",
            );
            return None;
        }
        let form = match &check.command {
            ImageCommand::Shell(script) => ExecForm::new(&["/bin/sh", "-c", script]),
            ImageCommand::Exec(words) => ExecForm::new(words),
        };
        Some(Healthcheck {
            interval: interval.flatten(),
            timeout: timeout.flatten(),
            start_period: start_period.flatten(),
            retries: retries.flatten(),
            command: form.ok()?,
        })
    }

    fn duration(&mut self, option: &'static str, of: &str, time: &str) -> Option<Duration> {
        let help = "use units in descending order, such as `1m30s` or `500ms`, and more than zero";
        self.or_reject(Duration::new(time), option, format!("invalid {of} `{time}` of the health check"), help)
    }

    fn entrypoint(&mut self, entrypoint: &ImageCommand) -> Option<Entrypoint> {
        if !self.is_command("entrypoint", entrypoint) {
            return None;
        }
        let words = match entrypoint {
            ImageCommand::Exec(words) => words.clone(),
            ImageCommand::Shell(line) => {
                let split = shlex::split(line);
                if split.unfinished.is_some() {
                    self.reject(
                        "entrypoint",
                        format!("`--entrypoint` ends inside a quote: `{line}`"),
                        "add the missing quote",
                    );
                }
                split.words
            }
        };
        let runs_script = words.last().is_some_and(|word| word == "-c");
        Some(Entrypoint { form: ExecForm::new(&words).ok()?, runs_script })
    }

    /// Whether a command can be spelled. Reports it otherwise.
    fn is_command(&mut self, option: &'static str, command: &ImageCommand) -> bool {
        let (words, is_empty) = match command {
            ImageCommand::Shell(line) => (vec![line.clone()], line.trim().is_empty()),
            ImageCommand::Exec(words) => (words.clone(), words.first().is_none_or(String::is_empty)),
        };
        if is_empty {
            self.reject(
                option,
                format!("`--{option}` is empty"),
                "pass a command, or a JSON array of a program and its arguments",
            );
            return false;
        }
        let spelled = ExecForm::new(&words);
        if let Err(why) = &spelled {
            self.reject(option, format!("`--{option}` {why}"), "change the command: a Dockerfile can't express it");
        }
        spelled.is_ok()
    }
}

/// The items without duplicates, in order.
fn unique<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut unique = Vec::new();
    for item in items {
        if !unique.contains(&item) {
            unique.push(item);
        }
    }
    unique
}
