//! Compares a Dockerfile, its ignore file and the files next to it with what the plan generates.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use railpack2docker::header::{AssetDigest, Header, with_line_feeds};
use railpack2docker::{Code, Diagnostic, Transpiled};

use super::report::Reporter;
use super::unified_diff::{colored, unified_diff};
use crate::failure::Failure;
use crate::files::asset_files::ListedAssets;
use crate::files::given::{Given, is_same_file};
use crate::files::lock_file::LOCK_NAME;
use crate::files::origin::{is_of_transpiler, is_same_kind, origin};
use crate::files::output_files::is_left_over;
use crate::files::paths::{directory_of, dockerignore_path};
use crate::files::read::{read_error, read_file};
use crate::options::config::FILE_NAME;

/// The Dockerfile unless another is named.
pub(crate) const DEFAULT_DOCKERFILE: &str = "Dockerfile";

/// The Dockerfile next to a plan, whether or not it exists.
pub(crate) fn dockerfile_beside(plan: &Path) -> PathBuf {
    plan.with_file_name(DEFAULT_DOCKERFILE)
}

/// A file that differs from what would be generated.
pub(crate) struct StaleFile {
    /// Its name in messages.
    file: String,
    /// Its content. `None` if it does not exist.
    current: Option<String>,
    /// The generated content. `None` if there should be no file.
    generated: Option<String>,
    mark: Mark,
}

/// The proof that this tool generated a file.
enum Mark {
    /// The header of the file.
    Header,
    /// The digest in the header of the Dockerfile, if it lists the file.
    Listed(Option<AssetDigest>),
}

/// The files that differ from the generated ones in any byte. `current` is the text of the Dockerfile.
///
/// Fails if a file can't be read, and if the directory for the plan's files contains others.
pub(crate) fn stale_files(
    file: &Path,
    current: Option<String>,
    generated: &Transpiled,
) -> Result<Vec<StaleFile>, Failure> {
    let current_ignore = read(&dockerignore_path(file), Given::BesidePlan)?;
    let header = current.as_deref().and_then(Header::parse);
    let assets = stale_assets(&ListedAssets::new(file, header.as_ref()), generated)?;
    Ok(compare(file, current, current_ignore, generated).into_iter().chain(assets).collect())
}

/// Compares a file that has a header with its generated content. `None` if they are equal.
pub(crate) fn stale_file(file: &Path, current: Option<String>, generated: String) -> Option<StaleFile> {
    let differs = current.as_ref() != Some(&generated);
    let file = file.display().to_string();
    differs.then_some(StaleFile { file, current, generated: Some(generated), mark: Mark::Header })
}

fn compare(
    file: &Path,
    current: Option<String>,
    current_ignore: Option<String>,
    generated: &Transpiled,
) -> Vec<StaleFile> {
    let ignore_file = dockerignore_path(file);
    // a plan without excludes leaves the user's own ignore file alone
    let is_checked = |text: &String| generated.dockerignore.is_some() || is_left_over(text.as_bytes());
    let pairs = [
        (file, current, Some(generated.dockerfile.clone())),
        (&ignore_file, current_ignore.filter(is_checked), generated.dockerignore.clone()),
    ];
    let differing = pairs.into_iter().filter(|(_, current, generated)| current != generated);
    let stale = |(file, current, generated): (&Path, _, _)| StaleFile {
        file: file.display().to_string(),
        current,
        generated,
        mark: Mark::Header,
    };
    differing.map(stale).collect()
}

/// The plan's files that differ, and those that the Dockerfile no longer copies.
fn stale_assets(assets: &ListedAssets<'_>, generated: &Transpiled) -> Result<Vec<StaleFile>, Diagnostic> {
    let left_over = assets.left_over(&generated.assets)?;
    let others: Vec<&str> = left_over.iter().map(|(listed, _)| listed.path.as_str()).collect();
    assets.check_alone(&generated.assets, &others)?;
    let mut stale = Vec::new();
    let mut add = |path: &str, listed: Option<&AssetDigest>, current, generated| {
        let (file, mark) = (assets.path(path).display().to_string(), Mark::Listed(listed.cloned()));
        stale.push(StaleFile { file, current, generated, mark });
    };
    for asset in &generated.assets {
        let current = assets.read(&asset.path)?;
        if current.as_deref() != Some(&asset.text) {
            add(&asset.path, assets.digest(&asset.path), current, Some(asset.text.clone()));
        }
    }
    for (listed, text) in left_over {
        add(&listed.path, Some(listed), Some(text), None);
    }
    Ok(stale)
}

/// The files that regenerating would change, in any order. Pipes and other devices are left out.
///
/// Fails for the same reasons as [`stale_files`].
fn files_to_overwrite(file: &Path, generated: &Transpiled) -> Result<Vec<StaleFile>, Failure> {
    // reading a pipe would block
    let read_regular = |file: &Path| {
        let is_regular = fs::metadata(file).is_ok_and(|metadata| metadata.is_file());
        if is_regular { read(file, Given::BesidePlan) } else { Ok(None) }
    };
    let current = read_regular(file)?;
    let header = current.as_deref().and_then(Header::parse);
    let mut stale = stale_assets(&ListedAssets::new(file, header.as_ref()), generated)?;
    stale.extend(compare(file, current, read_regular(&dockerignore_path(file))?, generated));
    Ok(stale)
}

/// The errors for files whose edits are not overwritten.
pub(crate) fn refuse_edited(edited: &[StaleFile]) -> Failure {
    let refusal = |stale: &StaleFile| {
        let message = format!("refusing to overwrite `{}`, which was edited by hand", stale.file);
        Diagnostic::new(Code::EditedFile, message)
    };
    let mut found: Vec<Diagnostic> = edited.iter().map(refusal).collect();
    let last = found.pop().map(|last| {
        last.with_help(
            "make the change in `railpack.json` or with an option instead, and pass `--force` to discard the edit",
        )
    });
    found.extend(last);
    Failure::Errors(found)
}

/// Fails with a diff if regenerating the files would remove a manual edit. One of the `# syntax=` line alone is noted: it
/// changes nothing that is built, and an option sets it.
pub(crate) fn check_unedited(file: &Path, generated: &Transpiled, reporter: &Reporter) -> Result<(), Failure> {
    let files = files_to_overwrite(file, generated)?;
    let notes: Vec<Diagnostic> = files.iter().filter_map(StaleFile::note_on_syntax).collect();
    reporter.report(&notes, None);
    let edited: Vec<StaleFile> = files.into_iter().filter(StaleFile::loses_an_edit).collect();
    if edited.is_empty() {
        return Ok(());
    }
    edited.iter().try_for_each(|stale| reporter.print(&stale.diff()))?;
    Err(refuse_edited(&edited))
}

/// The reasons why files are stale.
pub(crate) fn reasons(stale: &[StaleFile]) -> Vec<Diagnostic> {
    stale.iter().map(StaleFile::reason).collect()
}

/// Fails with the reasons why files are stale, and the remedy.
pub(crate) fn fail_if_stale(file: &Path, stale: &[StaleFile], command: &str) -> Result<(), Failure> {
    let mut found = reasons(stale);
    let run = if found.iter().any(|found| found.code == Code::NotGenerated) {
        format!("run `{command} --force` to overwrite it")
    } else if stale.iter().any(StaleFile::loses_an_edit) {
        format!(
            "make the change in `railpack.json` or with an option instead, then discard it here with `{command} --force`"
        )
    } else {
        format!("run `{command}`")
    };
    let Some(last) = found.pop() else { return Ok(()) };
    let is_read_only = is_read_only(file);
    let help = if is_read_only { format!("{run} in a writable copy: the directory is read-only here") } else { run };
    found.push(last.with_help(help));
    Err(Failure::Stale(found))
}

/// The note about an ignore file of the user's own next to a Dockerfile whose plan excludes nothing.
pub(crate) fn own_ignore_file(file: &Path, generated: &Transpiled) -> Option<Diagnostic> {
    let path = dockerignore_path(file);
    let is_file = fs::metadata(&path).is_ok_and(|metadata| metadata.is_file());
    if generated.dockerignore.is_some() || !is_file || read_file(&path).is_ok_and(|text| is_left_over(&text)) {
        return None;
    }
    let message = format!(
        "Docker uses `{}`, which was not generated by railpack2docker, instead of `.dockerignore`",
        path.display()
    );
    Some(Diagnostic::new(Code::IgnoreFile, message).with_help(
        "remove it unless its patterns are meant to replace those of `.dockerignore`: the plan excludes nothing",
    ))
}

/// Removes the files that differ in line endings only, and notes them.
pub(crate) fn take_line_endings(stale: &mut Vec<StaleFile>) -> Vec<Diagnostic> {
    let found = stale.extract_if(.., |file| file.differs_in_line_endings()).map(|stale| {
        let message = format!("`{}` is up to date except for its CRLF line endings", stale.file);
        let pattern = Path::new(&stale.file).file_name().unwrap_or_default().display().to_string();
        Diagnostic::new(Code::LineEndings, message).with_help(format!(
            "add `{pattern} text eol=lf` to `.gitattributes`: the build keeps the line endings of embedded files"
        ))
    });
    found.collect()
}

/// The findings and the diffs for the content of both files.
#[cfg(fuzzing)]
pub(crate) fn check_texts(
    current: Option<String>,
    ignore: Option<String>,
    generated: &Transpiled,
) -> (Vec<Diagnostic>, String) {
    let file = Path::new(DEFAULT_DOCKERFILE);
    let mut stale = compare(file, current, ignore, generated);
    let mut findings = take_line_endings(&mut stale);
    if let Err(Failure::Stale(found)) = fail_if_stale(file, &stale, "railpack2docker") {
        findings.extend(found);
    }
    (findings, stale.iter().map(StaleFile::diff).collect())
}

impl StaleFile {
    fn differs_in_line_endings(&self) -> bool {
        match (&self.current, &self.generated) {
            (Some(current), Some(generated)) => with_line_feeds(current) == with_line_feeds(generated),
            _ => false,
        }
    }

    /// The unified diff with colors. Empty for a file that this tool did not generate.
    pub(crate) fn diff(&self) -> String {
        match (&self.current, &self.generated) {
            (Some(current), Some(_)) if !self.is_marked(current) => String::new(),
            (current, generated) => colored(&unified_diff(
                current.as_deref().unwrap_or_default(),
                generated.as_deref().unwrap_or_default(),
                &self.file,
                &format!("{} (regenerated)", self.file),
            )),
        }
    }

    /// Whether the same command generated the file, whose content is `current`. It may have been edited since.
    fn is_marked(&self, current: &str) -> bool {
        match (&self.mark, &self.generated) {
            (Mark::Header, Some(generated)) => is_same_kind(current, generated),
            (Mark::Header, None) => is_of_transpiler(current.as_bytes()),
            (Mark::Listed(digest), _) => digest.is_some(),
        }
    }

    /// Whether regenerating the file would remove an edit. A file of an earlier plan stays if it was edited, unless it
    /// is an ignore file.
    pub(crate) fn loses_an_edit(&self) -> bool {
        let Some(current) = &self.current else { return false };
        match &self.mark {
            Mark::Header => self.is_marked(current) && !is_untouched(current) && !self.has_other_syntax(),
            Mark::Listed(Some(digest)) => {
                self.generated.is_some() && !self.differs_in_line_endings() && !digest.is_of(current)
            }
            Mark::Listed(None) => false,
        }
    }

    /// Whether the first line is the only one that was edited, and would be a `# syntax=` line again.
    fn has_other_syntax(&self) -> bool {
        let (Some(current), Some(generated)) = (&self.current, &self.generated) else { return false };
        let (Some((line, _)), Some((_, rest))) = (generated.split_once('\n'), current.split_once('\n')) else {
            return false;
        };
        line.starts_with("# syntax=") && !is_untouched(current) && is_untouched(&format!("{line}\n{rest}"))
    }

    /// The note about an edit of the `# syntax=` line.
    fn note_on_syntax(&self) -> Option<Diagnostic> {
        let message = format!("`{}` had another `# syntax=` line, which was edited by hand", self.file);
        let note = || Diagnostic::new(Code::EditedSyntax, message);
        self.has_other_syntax().then(|| note().with_help("pass `--syntax IMAGE` to set the image, or `--syntax none`"))
    }

    /// The reason why it differs, as far as its mark tells.
    fn reason(&self) -> Diagnostic {
        let file = &self.file;
        let (current, generated) = match (&self.current, &self.generated, &self.mark) {
            (Some(current), Some(generated), _) => (current, generated),
            (None, ..) => return Diagnostic::new(Code::MissingFile, format!("`{file}` does not exist")),
            (Some(current), None, Mark::Header) if !self.is_marked(current) => {
                let message = format!("stale `{file}`: it is empty, but Docker uses it instead of `.dockerignore`");
                return Diagnostic::new(Code::StaleIgnoreFile, message);
            }
            (Some(_), None, Mark::Header) => {
                let message = format!("stale `{file}`: the plan no longer excludes any files");
                return Diagnostic::new(Code::StaleIgnoreFile, message);
            }
            (Some(_), None, Mark::Listed(_)) => {
                let message = format!("stale `{file}`: the Dockerfile no longer copies it");
                return Diagnostic::new(Code::StaleAsset, message);
            }
        };
        match &self.mark {
            Mark::Header => self.reason_in_header(current, generated),
            Mark::Listed(digest) => self.reason_in_list(current, digest.as_ref()),
        }
    }

    fn edited(&self) -> Diagnostic {
        Diagnostic::new(Code::EditedFile, format!("`{}` was edited by hand", self.file))
    }

    fn with_carriage_returns(&self) -> Diagnostic {
        let message = format!("`{}` has CRLF line endings, which the build would keep", self.file);
        Diagnostic::new(Code::CarriageReturns, message)
    }

    /// The reason why a file differs whose digest the Dockerfile may list.
    fn reason_in_list(&self, current: &str, digest: Option<&AssetDigest>) -> Diagnostic {
        if self.differs_in_line_endings() {
            return self.with_carriage_returns();
        }
        match digest {
            None => not_generated(Path::new(&self.file), current),
            Some(digest) if !digest.is_of(current) => self.edited(),
            Some(_) => {
                let message = format!("stale `{}`: its content in the plan changed", self.file);
                Diagnostic::new(Code::ChangedPlan, message)
            }
        }
    }

    fn reason_in_header(&self, current: &str, generated: &str) -> Diagnostic {
        let file = &self.file;
        if !self.is_marked(current) {
            return not_generated(Path::new(file), current);
        }
        let (Some(header), Some(new)) = (Header::parse(current), Header::parse(generated)) else {
            return self.edited();
        };
        if self.differs_in_line_endings() {
            return self.with_carriage_returns();
        }
        let is_edited = !header.is_untouched(current);
        if header.stamp.plan != new.stamp.plan {
            let (old, new) = (header.stamp.plan, new.stamp.plan);
            let also = if is_edited { "; the file was also edited by hand" } else { "" };
            let message = format!("stale `{file}`: the plan changed (`plan: {old}`, now `{new}`){also}");
            return Diagnostic::new(Code::ChangedPlan, message);
        }
        if is_edited {
            return self.edited();
        }
        if header.arguments != new.arguments {
            let arguments = header.arguments.join(" ");
            let message =
                format!("stale `{file}`: it was generated with different options, by `railpack2docker {arguments}`");
            return Diagnostic::new(Code::ChangedOptions, message);
        }
        if differ_in_digests_only(current, generated) {
            let message = format!("stale `{file}`: the digests of images changed in `{LOCK_NAME}` or `{FILE_NAME}`");
            return Diagnostic::new(Code::ChangedOutput, message);
        }
        let appended = new.arguments.iter().find_map(|argument| argument.strip_prefix("--append="));
        let lock = [current, generated].iter().any(|text| text.contains(DIGEST)).then_some(LOCK_NAME);
        let files = [Some(FILE_NAME), lock, appended].into_iter().flatten().map(|file| format!("`{file}`"));
        let files = files.collect::<Vec<_>>().join(" or ");
        let message = format!("stale `{file}`: generated by another version of railpack2docker, or {files} changed");
        Diagnostic::new(Code::ChangedOutput, message)
    }
}

/// The start of a digest in a reference to an image.
const DIGEST: &str = "@sha256:";

/// Whether two texts have the same words, apart from the digests of images and the stamp in the header. A digest can
/// change where a long instruction continues on the next line.
fn differ_in_digests_only(a: &str, b: &str) -> bool {
    words_without_digests(a).eq(words_without_digests(b))
}

fn words_without_digests(text: &str) -> impl Iterator<Item = String> {
    let lines = text.lines().filter(|line| !line.starts_with("# plan: "));
    lines.flat_map(str::split_whitespace).filter(|word| *word != "\\").map(|word| {
        let (before, digest) = word.split_once(DIGEST).unwrap_or((word, ""));
        format!("{before}{}", digest.trim_start_matches(|c: char| c.is_ascii_hexdigit()))
    })
}

/// Whether a text has a header and is as this tool generated it.
fn is_untouched(text: &str) -> bool {
    Header::parse(text).is_some_and(|header| header.is_untouched(text))
}

/// The error for a file without a header, or with that of another command.
pub(crate) fn not_generated(file: &Path, content: &str) -> Diagnostic {
    Diagnostic::new(Code::NotGenerated, format!("`{}` {}", file.display(), origin(content.as_bytes())))
}

/// Refuses the plan as a Dockerfile: regenerating it would overwrite the plan.
pub(crate) fn refuse_plan(file: &Path, plan: &Path, option: &str) -> Result<(), Diagnostic> {
    if !is_same_file(file, plan) {
        return Ok(());
    }
    let message = format!("`{}` is the plan, not a Dockerfile", file.display());
    Err(Diagnostic::new(Code::NotGenerated, message).with_help(format!("pass the path of a Dockerfile to `{option}`")))
}

/// Whether the directory of a file is read-only.
fn is_read_only(file: &Path) -> bool {
    let directory = directory_of(file);
    #[cfg(unix)]
    let read_only = {
        use rustix::io::Errno;
        let access = rustix::fs::access(directory, rustix::fs::Access::WRITE_OK);
        matches!(access, Err(Errno::ACCESS | Errno::ROFS))
    };
    #[cfg(not(unix))]
    let read_only = fs::metadata(directory).is_ok_and(|metadata| metadata.permissions().readonly());
    read_only
}

/// The text of a file. `None` if it does not exist. Invalid UTF-8 is replaced: this tool does not write any.
pub(crate) fn read(file: &Path, given: Given) -> Result<Option<String>, Failure> {
    match read_file(file) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("can't read `{}`: {}", file.display(), read_error(&error));
            let found = Diagnostic::new(Code::UnreadableFile, message);
            Err(match error.kind() {
                io::ErrorKind::IsADirectory => found.with_help(given.instead_of_directory(file)),
                _ => found,
            }
            .into())
        }
    }
}
