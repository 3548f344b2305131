//! The image that was built, for `--check-leaks`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use fs_err as fs;
use railpack2docker::{Code, Diagnostic};

use crate::commands::docker;
use crate::files::read::read_error;

/// The option of docker for the file that it writes the ID of the image to.
const FLAG: &str = "--iidfile";

/// The file with the ID of the image.
pub(super) struct ImageId {
    path: PathBuf,
    /// The directory that is removed when this is dropped, unless the file is the user's.
    directory: Option<tempfile::TempDir>,
}

/// Checks that the image will be in the engine, where it can be read.
pub(super) fn check_destination(more: &[OsString]) -> Result<(), Diagnostic> {
    if has_load(more) {
        return Ok(());
    }
    if let Some(export) = more.iter().find(|argument| is_export(argument)) {
        let message = format!("`--check-leaks` can't check the image: `{}` exports it", export.to_string_lossy());
        return Err(Diagnostic::new(Code::InvalidOption, message).with_help(
            "load it into the Docker Engine with `--load`, or pass `--output type=oci,dest=FILE` without `--check-leaks`, \
             and run `railpack2docker leaks --oci FILE`",
        ));
    }
    match docker::driver(more)? {
        Some(driver) if driver != "docker" => {
            let message =
                format!("`--check-leaks` can't check the image: a builder with the driver `{driver}` keeps it");
            Err(Diagnostic::new(Code::InvalidOption, message).with_help("pass `--load` to docker, after `--`"))
        }
        _ => Ok(()),
    }
}

impl ImageId {
    /// The file that the arguments of docker name, or a new one in this directory.
    pub(super) fn new(more: &[OsString], parent: &Path) -> Result<Self, Diagnostic> {
        if let Some(path) = value(more, FLAG) {
            return Ok(Self { path: path.into(), directory: None });
        }
        let directory = tempfile::Builder::new().prefix("railpack2docker-").tempdir_in(parent).map_err(|error| {
            Diagnostic::new(Code::UnwritableFile, format!("can't create a temporary directory: {error}"))
        })?;
        Ok(Self { path: directory.path().join("image-id"), directory: Some(directory) })
    }

    /// The arguments to add to those of docker.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        if self.directory.is_some() { vec![FLAG.into(), self.path.clone().into()] } else { Vec::new() }
    }

    /// The ID, after the build.
    pub(super) fn read(self) -> Result<String, Diagnostic> {
        let text = fs::read_to_string(&self.path).map_err(|error| {
            let message =
                format!("can't read the ID of the image from `{}`: {}", self.path.display(), read_error(&error));
            Diagnostic::new(Code::UnreadableImage, message)
        })?;
        Ok(text.trim().to_owned())
    }
}

/// The value of `FLAG VALUE` or `FLAG=VALUE`, of which the last one counts.
fn value<'a>(arguments: &'a [OsString], flag: &str) -> Option<&'a OsStr> {
    let mut found = None;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == flag {
            found = rest.next().map(OsString::as_os_str).or(found);
        } else if let Some(value) = argument.to_str().and_then(|text| text.strip_prefix(flag)?.strip_prefix('=')) {
            found = Some(OsStr::new(value));
        }
    }
    found
}

/// Whether the arguments load the image into the engine.
fn has_load(more: &[OsString]) -> bool {
    more.iter().any(|argument| argument == "--load" || argument == "--load=true")
        || more.iter().any(|argument| {
            let argument = argument.to_string_lossy();
            let fields =
                ["--output=", "-o=", "-o"].iter().find_map(|flag| argument.strip_prefix(flag)).unwrap_or(&argument);
            let mut fields = fields.split(',');
            fields.clone().any(|field| field == "type=docker") && !fields.any(|field| field.starts_with("dest="))
        })
}

/// Whether an argument names another destination of the image.
fn is_export(argument: &OsStr) -> bool {
    let argument = argument.to_string_lossy();
    let name = argument.split('=').next().unwrap_or_default();
    matches!(name, "--output" | "--push") && argument != "--push=false" || argument.starts_with("-o")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(arguments: &[&str]) -> Vec<OsString> {
        arguments.iter().map(OsString::from).collect()
    }

    #[test]
    fn images_that_are_exported_are_not_in_the_engine() {
        for more in [&["--push"][..], &["-o", "out"], &["-oout"], &["--output=type=oci,dest=x"], &["--output", "x"]] {
            let error = check_destination(&arguments(more)).unwrap_err();
            assert!(error.message.contains("exports it") && error.help.unwrap().contains("--load"), "{more:?}");
        }
        let loaded = [
            &["--load"][..],
            &["--push", "--load"],
            &["--output", "type=docker"],
            &["--output=type=docker,compression=zstd"],
            &["-otype=docker"],
        ];
        for more in loaded {
            assert_eq!(check_destination(&arguments(more)), Ok(()), "{more:?}");
        }
        assert!(check_destination(&arguments(&["--output=type=docker,dest=x"])).is_err());
    }

    #[test]
    fn own_file_of_the_id_is_read() {
        let parent = tempfile::tempdir().unwrap();
        let own = parent.path().join("own");
        for more in
            [vec!["--iidfile".to_owned(), own.display().to_string()], vec![format!("--iidfile={}", own.display())]]
        {
            let id =
                ImageId::new(&arguments(&more.iter().map(String::as_str).collect::<Vec<_>>()), parent.path()).unwrap();
            assert_eq!(id.arguments(), [""; 0]);
            fs::write(&own, "sha256:1\n").unwrap();
            assert_eq!(id.read().unwrap(), "sha256:1");
        }
        let id = ImageId::new(&[], parent.path()).unwrap();
        let [flag, path] = <[OsString; 2]>::try_from(id.arguments()).unwrap();
        assert_eq!(flag, FLAG);
        let error = id.read().unwrap_err();
        assert!(error.message.ends_with("no such file"), "{}", error.message);
        assert!(!Path::new(&path).parent().unwrap().exists(), "it is removed");
    }
}
