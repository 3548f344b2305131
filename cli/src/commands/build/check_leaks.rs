//! The image that was built, for `--check-leaks`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use fs_err as fs;
use railpack2docker::{Code, Diagnostic};

use crate::docker;
use crate::files::read::read_error;

/// The options of docker for files that it writes the ID of the image to.
///
/// The engine has an image by the digest of its manifest or of its config, depending on its image store. Docker writes
/// that of the config to the first file if it loads an archive (`getImageID` in buildx), and both to the second one.
const FLAGS: [&str; 2] = ["--iidfile", "--metadata-file"];

/// The keys of digests in a metadata file (`exporter/containerimage/exptypes` in `BuildKit`).
const DIGESTS: [&str; 2] = ["containerimage.digest", "containerimage.config.digest"];

/// The files with the ID of the image.
pub(super) struct ImageId {
    id: IdFile,
    metadata: IdFile,
    /// The directory of temporary files, which is removed when this is dropped.
    _directory: tempfile::TempDir,
}

/// A file that docker writes.
struct IdFile {
    path: PathBuf,
    /// The option to add, unless the user's arguments have it.
    flag: Option<&'static str>,
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
    let Some(driver) = docker::driver_without_load(more)? else { return Ok(()) };
    let message = format!("`--check-leaks` can't check the image: a builder with the driver `{driver}` keeps it");
    Err(Diagnostic::new(Code::InvalidOption, message).with_help("pass `--load` to docker, after `--`"))
}

impl ImageId {
    /// The files that the arguments of docker name, or new ones in a directory below this one.
    pub(super) fn new(more: &[OsString], parent: &Path) -> Result<Self, Diagnostic> {
        let directory = tempfile::Builder::new().prefix("railpack2docker-").tempdir_in(parent).map_err(|error| {
            Diagnostic::new(Code::UnwritableFile, format!("can't create a temporary directory: {error}"))
        })?;
        let [id, metadata] = FLAGS.map(|flag| match value(more, flag) {
            Some(path) => IdFile { path: path.into(), flag: None },
            None => IdFile { path: directory.path().join(flag.trim_start_matches('-')), flag: Some(flag) },
        });
        Ok(Self { id, metadata, _directory: directory })
    }

    /// The arguments to add to those of docker.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        let of_file = |file: &IdFile| Some([file.flag?.into(), file.path.clone().into()]);
        [&self.id, &self.metadata].into_iter().filter_map(of_file).flatten().collect()
    }

    /// The IDs that the image may have in the engine, after the build.
    pub(super) fn read(self) -> Result<Vec<String>, Diagnostic> {
        let text = fs::read_to_string(&self.id.path).map_err(|error| {
            let path = self.id.path.display();
            let message = format!("can't read the ID of the image from `{path}`: {}", read_error(&error));
            Diagnostic::new(Code::UnreadableImage, message)
        })?;
        let metadata = fs::read(&self.metadata.path).ok();
        let metadata: Option<serde_json::Value> = metadata.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let digest = |key: &&str| Some(metadata.as_ref()?.get(key)?.as_str()?.to_owned());
        Ok(std::iter::once(text.trim().to_owned()).chain(DIGESTS.iter().filter_map(digest)).collect())
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
    fn own_files_are_read() {
        let parent = tempfile::tempdir().unwrap();
        let at = |name: &str| parent.path().join(name).display().to_string();
        let more = ["--iidfile".to_owned(), at("id"), format!("--metadata-file={}", at("metadata"))];
        let id = ImageId::new(&more.map(OsString::from), parent.path()).unwrap();
        assert_eq!(id.arguments(), [""; 0]);
        fs::write(at("id"), "sha256:1\n").unwrap();
        let metadata = r#"{ "containerimage.config.digest": "sha256:1", "containerimage.digest": "sha256:2" }"#;
        fs::write(at("metadata"), metadata).unwrap();
        assert_eq!(id.read().unwrap(), ["sha256:1", "sha256:2", "sha256:1"]);
    }

    #[test]
    fn temporary_files_are_removed() {
        let parent = tempfile::tempdir().unwrap();
        let id = ImageId::new(&[], parent.path()).unwrap();
        let arguments = id.arguments();
        assert_eq!((&arguments[0], &arguments[2]), (&FLAGS[0].into(), &FLAGS[1].into()));
        fs::write(&arguments[1], "sha256:1").unwrap();
        assert_eq!(id.read().unwrap(), ["sha256:1"]);
        let error = ImageId::new(&[], parent.path()).unwrap().read().unwrap_err();
        assert!(error.message.ends_with("no such file"), "{}", error.message);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
