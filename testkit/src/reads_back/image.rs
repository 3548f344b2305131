//! The image: its base, its user, its files, its config, and what it runs.

use std::collections::{BTreeMap, BTreeSet};

use railpack2docker::{ImageCommand, ImageOptions};

use super::runs::{Seen, is_variables};
use super::{Check, RAILPACKS_OWN, RAILPACKS_RUNTIME};
use crate::buildkit::{Command as Words, Healthcheck, Instruction};
use crate::model::{DEFAULT_PATH, clean};
use crate::plans::Source;

/// The user of the image, as the options mean it.
pub struct User {
    pub owner: String,
    pub home: String,
    /// What it owns.
    pub owned: Vec<String>,
}

impl User {
    pub fn of(options: &ImageOptions) -> Option<Self> {
        let text = options.user.as_ref()?;
        let is_name = text.starts_with(|c: char| c.is_ascii_lowercase());
        let owner = match text.split_once(':') {
            _ if is_name => "1001:1001".to_owned(),
            None => format!("{text}:{text}"),
            Some(_) => text.clone(),
        };
        let name = text.split(':').next().unwrap();
        let home = options.env.get("HOME").cloned().unwrap_or_else(|| format!("/home/{name}"));
        let mut owned = vec!["/app".to_owned(), home.clone()];
        owned.extend(options.volumes.clone());
        Some(Self { owner, home, owned })
    }

    pub fn owns(&self, path: &str) -> bool {
        let path = clean(path);
        self.owned.iter().any(|owned| path == *owned || path.starts_with(&format!("{owned}/")))
    }

    /// Where what root has at a path is, for this user.
    pub fn path(&self, path: &str) -> String {
        let cleaned = clean(path);
        let is_in = |folder: &&str| cleaned == **folder || cleaned.starts_with(&format!("{folder}/"));
        let moves = cleaned == "/root" || ["/root/.cache", "/root/.config", "/root/.local"].iter().any(is_in);
        let slash = if path.ends_with('/') { "/" } else { "" };
        if moves { format!("{}{}{slash}", self.home, &cleaned["/root".len()..]) } else { path.to_owned() }
    }
}

impl Check<'_> {
    /// The image that a stage goes back to.
    fn root_image<'s>(&'s self, mut source: &'s Source) -> Option<&'s str> {
        loop {
            match source {
                Source::Image(image) => return Some(image),
                Source::Step(at) => source = self.plan.steps[*at].base.as_ref()?,
                Source::Local => return None,
            }
        }
    }

    pub(super) fn image(&self, ends: &BTreeMap<usize, Seen>) {
        let plan = self.plan;
        let options = &self.options.image;
        let stage = self.file.stages.last().unwrap();
        assert!(stage.name.as_ref().is_some_and(|name| name.starts_with("runtime")), "{:?}", stage.name);
        let mut rest: Vec<&Instruction> = stage.instructions.iter().filter(|one| !is_variables(one)).collect();
        let user = User::of(options);
        self.base(stage, Some(&plan.base), user.is_some(), &mut rest);
        if let Some(user) = &user {
            let Instruction::Run(run) = rest.remove(0) else { panic!("no RUN for the user") };
            let Words::Shell(script) = &run.command else { panic!("{run:?}") };
            assert!(script.contains(&format!("chown {} /app", user.owner)), "{script}");
            assert_eq!((run.mounts.len(), run.heredocs.len()), (0, 0));
            let adds = script.contains(&format!("::{}:/bin/sh' >> /etc/passwd", user.home));
            assert_eq!(adds, options.user.as_ref().is_some_and(|user| user.starts_with('a')), "{script}");
        }
        self.input_copies(&plan.inputs, user.as_ref(), &mut rest);
        let is_foreign = self.root_image(&plan.base).is_some_and(|image| !image.starts_with(RAILPACKS_OWN));
        assert_eq!(rest, self.config(is_foreign, user.as_ref()).iter().collect::<Vec<_>>());
        let mut seen = match &plan.base {
            Source::Step(at) => ends[at].clone(),
            _ => Seen::default(),
        };
        for instruction in &stage.instructions {
            seen.take(instruction);
        }
        let args = stage
            .instructions
            .iter()
            .filter_map(|one| if let Instruction::Arg(args) = one { Some(args) } else { None });
        let args: Vec<_> = args.flatten().cloned().collect();
        let expected: BTreeSet<&String> = options.label_args.values().collect();
        let expected: Vec<_> = expected.into_iter().map(|arg| (arg.clone(), Some(String::new()))).collect();
        assert_eq!(args, expected, "build args are empty by default");
        if self.root_image(&plan.base).is_some_and(|image| image.starts_with(RAILPACKS_RUNTIME)) {
            seen.env.entry("PATH".to_owned()).or_insert_with(|| DEFAULT_PATH.to_owned());
        }
        assert_eq!(seen.env, self.variables(user.as_ref()), "the image's variables");
    }

    fn variables(&self, user: Option<&User>) -> BTreeMap<String, String> {
        let plan = self.plan;
        let mut expected = plan.image();
        let mut path = plan.paths.clone();
        path.extend(expected.path);
        if let Some(user) = user {
            path = path.iter().map(|entry| user.path(entry)).collect();
            expected.variables.insert("HOME".to_owned(), user.home.clone());
        }
        path.push(DEFAULT_PATH.to_owned());
        path.sort();
        expected.variables.insert("PATH".to_owned(), path.join(":"));
        expected.variables.extend(self.options.image.env.clone());
        expected.variables
    }

    /// What follows the files.
    fn config(&self, is_foreign: bool, user: Option<&User>) -> Vec<Instruction> {
        let options = &self.options.image;
        let mut config = Vec::new();
        if is_foreign && options.healthcheck.is_none() {
            config.push(Instruction::Healthcheck(Healthcheck { flags: BTreeMap::new(), command: None }));
        }
        if is_foreign && options.stop_signal.is_none() {
            config.push(Instruction::StopSignal("SIGTERM".to_owned()));
        }
        let from_args = options.label_args.keys().map(|key| (key.clone(), String::new()));
        let labels: Vec<(String, String)> = options.labels.clone().into_iter().chain(from_args).collect();
        if !labels.is_empty() {
            config.push(Instruction::Label(labels));
        }
        if !options.expose.is_empty() {
            config.push(Instruction::Expose(options.expose.clone()));
        }
        if !options.volumes.is_empty() {
            config.push(Instruction::Volume(options.volumes.clone()));
        }
        config.extend(user.map(|user| Instruction::User(user.owner.clone())));
        config.extend(options.stop_signal.clone().map(Instruction::StopSignal));
        if let Some(check) = &options.healthcheck {
            let times =
                [("interval", &check.interval), ("timeout", &check.timeout), ("start-period", &check.start_period)];
            let times = times.into_iter().filter_map(|(name, time)| Some((name.to_owned(), time.clone()?)));
            let flags = times.chain(check.retries.map(|retries| ("retries".to_owned(), retries.to_string()))).collect();
            let command = match &check.command {
                ImageCommand::Shell(script) => ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
                ImageCommand::Exec(words) => words.clone(),
                other => panic!("{other:?}"),
            };
            config.push(Instruction::Healthcheck(Healthcheck { flags, command: Some(Words::Exec(command)) }));
        }
        config.extend(self.process());
        config
    }

    fn process(&self) -> [Instruction; 2] {
        const BASH: [&str; 2] = ["/bin/bash", "-c"];
        let options = &self.options.image;
        let bash = || BASH.map(str::to_owned).to_vec();
        let planned = self.plan.start.clone().filter(|start| !start.is_empty()).map(ImageCommand::Shell);
        let command = options.command.clone().or(planned).unwrap_or(ImageCommand::Shell("/bin/bash".to_owned()));
        let given = match &options.entrypoint {
            Some(ImageCommand::Exec(words)) => Some(words.clone()),
            Some(other) => panic!("{other:?} is split: give words"),
            None => None,
        };
        let has_command = options.command.is_some() || self.plan.start.as_ref().is_some_and(|start| !start.is_empty());
        let (entrypoint, words) = match (given, command) {
            (None, ImageCommand::Exec(words)) => (Vec::new(), words),
            (None, ImageCommand::Shell(script)) => (bash(), vec![script]),
            (Some(given), ImageCommand::Exec(words)) => (given, words),
            (Some(given), ImageCommand::Shell(script)) => {
                let is_shell = given.last().is_some_and(|word| word == "-c") || !has_command;
                let words = if is_shell { vec![script] } else { bash().into_iter().chain([script]).collect() };
                (given, words)
            }
            (_, other) => panic!("{other:?}"),
        };
        [Instruction::Entrypoint(Words::Exec(entrypoint)), Instruction::Cmd(Words::Exec(self.executed(words)))]
    }

    /// The words with the `exec` that the Dockerfile has, which may stand before a word of the script.
    fn executed(&self, mut words: Vec<String>) -> Vec<String> {
        let stage = self.file.stages.last().unwrap();
        let Some(Instruction::Cmd(Words::Exec(found))) = stage.instructions.last() else { panic!("no CMD") };
        let (Some(script), Some(found)) = (words.last_mut(), found.last()) else { return words };
        let is_at = |at: usize| {
            found
                .get(..at)
                .zip(found.get(at + 5..))
                .is_some_and(|(before, after)| format!("{before}{after}") == *script)
        };
        if self.options.image.exec && found.match_indices("exec ").any(|(at, _)| is_at(at)) {
            script.clone_from(found);
        }
        words
    }
}
