//! Disks that are full, readers that go away, processes that are killed, links that lead in circles: what
//! was there stays or is replaced as a whole, and the message says why.
// with the devices and limits of Linux
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use fs_err as fs;
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_railpack2docker");

/// A plan whose Dockerfile has a file of this many bytes in it, and an ignore file.
fn plan(bytes: usize) -> String {
    let content = "0123456789abcde\\n".repeat(bytes / 16);
    format!(
        r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "node:22" }}], "assets": {{ "x": "{content}" }},
             "commands": [{{ "path": "/x", "name": "x" }}] }}], "exclude": ["*.md"],
             "deploy": {{ "base": {{ "image": "node:22" }}, "inputs": [{{ "step": "a", "include": ["/x"] }}] }} }}"#
    )
}

struct Folder(TempDir);

impl Folder {
    /// A folder with a small plan and a large one.
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("small.json", &plan(16));
        folder.write("large.json", &plan(200_000));
        folder
    }

    /// The same, with the Dockerfile of the small plan.
    fn with_dockerfile() -> Self {
        let folder = Self::new();
        assert!(folder.run(&["small.json", "-o", "Dockerfile"]).status.success());
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path().join(name)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.current_dir(self.path()).args(arguments).env_clear();
        command
    }

    /// The command behind a line of shell.
    fn behind(&self, shell: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("sh");
        let line = format!("{shell}; exec \"$0\" \"$@\"");
        command.current_dir(self.path()).args(["-c", &line, BINARY]).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn fails(&self, arguments: &[&str]) -> String {
        said(&self.run(arguments))
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<String> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs something that must change no file.
    fn stays<T>(&self, run: impl FnOnce() -> T) -> T {
        let content = |name: &String| {
            let path = self.path().join(name);
            // a pipe would be waited for
            path.is_file().then(|| fs::read(path).unwrap())
        };
        let files = || self.names().into_iter().map(|name| (content(&name), name)).collect();
        let before: Vec<_> = files();
        let ran = run();
        let after: Vec<_> = files();
        assert!(before == after, "{:?} became {:?}", names(&before), names(&after));
        ran
    }
}

fn names(files: &[(Option<Vec<u8>>, String)]) -> Vec<&str> {
    files.iter().map(|(_, name)| name.as_str()).collect()
}

/// What was said by a run that failed as it should.
fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn make_fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_write_that_fails_half_way_leaves_everything_as_it_was() {
    let folder = Folder::with_dockerfile();
    let limited = || folder.behind("trap '' XFSZ; ulimit -f 8", &["large.json", "-o", "Dockerfile"]).output().unwrap();
    let said = said(&folder.stays(limited));
    assert!(said.contains("can't write `Dockerfile`: no file may be as large here"), "{said}");
}

#[test]
fn a_process_that_is_killed_half_way_leaves_the_old_file_and_the_next_one_goes_through() {
    let folder = Folder::with_dockerfile();
    let (before, names) = (folder.read("Dockerfile"), folder.names());
    let killed = folder.behind("ulimit -c 0; ulimit -f 8", &["large.json", "-o", "Dockerfile"]).output().unwrap();
    assert!(killed.status.signal().is_some(), "{killed:?}");
    assert_eq!(folder.read("Dockerfile"), before);
    // what is left over says by its name whose it is
    let (left_over, others): (Vec<_>, Vec<_>) =
        folder.names().into_iter().partition(|name| name.starts_with(".railpack2docker-"));
    assert!(others == names && !left_over.is_empty(), "{left_over:?} {others:?}");
    assert!(folder.run(&["large.json", "-o", "Dockerfile"]).status.success());
    assert_ne!(folder.read("Dockerfile"), before);
}

#[test]
fn no_file_is_written_when_one_of_them_can_not_be() {
    let folder = Folder::with_dockerfile();
    folder.write("theirs", "theirs\n");
    for (map, why) in [
        ("theirs", "was not made by railpack2docker"),
        ("missing/map.json", "its directory does not exist"),
        ("large.json", "is the plan"),
        ("./Dockerfile", "was not made by railpack2docker"),
        ("Dockerfile.dockerignore", "was not made by railpack2docker"),
    ] {
        let said = folder.stays(|| folder.fails(&["large.json", "-o", "Dockerfile", "--source-map", map]));
        assert!(said.contains(why), "{map}: {said}");
        let said = folder.stays(|| folder.run(&["large.json", "--source-map", map]));
        assert_eq!(said.status.code(), Some(2));
    }
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut unprinted = folder.command(&["large.json", "--source-map", "map.json"]);
    unprinted.stdout(full.into_parts().0);
    said(&folder.stays(|| unprinted.output().unwrap()));
}

#[test]
fn two_files_can_not_have_one_name() {
    let folder = Folder::new();
    symlink(".", folder.path().join("here")).unwrap();
    for map in ["Dockerfile", "./Dockerfile", "here/Dockerfile", "Dockerfile.dockerignore"] {
        let said = folder.stays(|| folder.fails(&["small.json", "-o", "Dockerfile", "--source-map", map]));
        assert!(said.contains(&format!("`{map}` is to be two files at once")), "{said}");
    }
}

#[test]
fn a_folder_that_can_not_be_written_to_is_said() {
    let folder = Folder::with_dockerfile();
    fs::remove_file(folder.path().join("Dockerfile.dockerignore")).unwrap();
    folder.write("plain.json", r#"{ "steps": [], "deploy": { "base": { "image": "node:22" } } }"#);
    fs::copy(BINARY, folder.path().join("binary")).unwrap();
    fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
    let mut command = Command::new("./binary");
    command.current_dir(folder.path()).args(["plain.json", "-o", "Dockerfile"]);
    if rustix::process::getuid().is_root() {
        // whom no mode keeps out
        command.gid(65_534).uid(65_534);
    }
    let said = said(&folder.stays(|| command.output().unwrap()));
    fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(said.contains("can't write `Dockerfile`: permission denied"), "{said}");
    assert!(said.contains("its folder must be writable, too"), "{said}");
}

#[test]
fn links_lead_to_a_file_or_to_a_message() {
    let folder = Folder::with_dockerfile();
    for (link, target) in
        [("plan", "large.json"), ("loop", "pool"), ("pool", "loop"), ("folder", "."), ("nowhere", "missing/Dockerfile")]
    {
        symlink(target, folder.path().join(link)).unwrap();
    }
    for (output, why) in [
        ("plan", "is the plan, so it is not overwritten"),
        ("loop", "can't write `loop`"),
        ("loop/Dockerfile", "can't write `loop/Dockerfile`"),
        ("folder", "it is a directory"),
        ("nowhere", "its directory does not exist"),
    ] {
        let said = folder.stays(|| folder.fails(&["large.json", "-o", output, "--force"]));
        assert!(said.contains(why), "{output}: {said}");
    }
    let said = folder.stays(|| folder.fails(&["loop", "-o", "Dockerfile"]));
    assert!(said.contains("can't read the plan from `loop`"), "{said}");
    // through a folder that is a link
    assert!(folder.run(&["large.json", "-o", "folder/Dockerfile"]).status.success());
    assert!(folder.read("Dockerfile").len() > 200_000);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = Folder::new();
    let mut child = folder.command(&["large.json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(!String::from_utf8(output.stderr).unwrap().contains("error"));
}

#[test]
fn messages_that_nobody_can_read_change_nothing() {
    let folder = Folder::new();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap().into_parts().0;
    for (arguments, status) in [(["missing.json", "-o", "x"], 2), (["small.json", "-o", "Dockerfile"], 0)] {
        assert_eq!(folder.command(&arguments).stderr(full()).status().unwrap().code(), Some(status));
        let mut closed = folder.behind("exec 2>&-", &arguments);
        assert_eq!(closed.stdout(Stdio::null()).status().unwrap().code(), Some(status));
    }
}

#[test]
fn a_pipe_gets_the_whole_dockerfile_and_no_ignore_file_beside_it() {
    let folder = Folder::new();
    make_fifo(&folder.path().join("pipe"));
    let child = folder.command(&["large.json", "-o", "pipe"]).stderr(Stdio::piped()).spawn().unwrap();
    let piped = folder.read("pipe");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("note[ignore-file]"));
    assert_eq!(folder.names(), ["large.json", "pipe", "small.json"]);
    assert!(folder.run(&["large.json", "-o", "Dockerfile"]).status.success());
    let name = |name: &str| format!(" -o {name}\n");
    let (piped, written) = (String::from_utf8(piped).unwrap(), String::from_utf8(folder.read("Dockerfile")).unwrap());
    let stages = |text: &str| text.split_once("\n\n").unwrap().1.to_owned();
    assert_eq!(stages(&piped), stages(&written));
    assert!(piped.contains(&name("pipe")) && written.contains(&name("Dockerfile")));
}

#[test]
fn what_lies_in_the_place_of_an_ignore_file_is_not_waited_for() {
    let folder = Folder::new();
    folder.write("plan.json", r#"{ "steps": [], "deploy": { "base": { "image": "node:22" } } }"#);
    make_fifo(&folder.path().join("Dockerfile.dockerignore"));
    assert!(folder.run(&["plan.json", "-o", "Dockerfile"]).status.success());
    fs::create_dir(folder.path().join("x.dockerignore")).unwrap();
    let said = folder.stays(|| folder.fails(&["small.json", "-o", "x"]));
    assert!(said.contains("can't write `x.dockerignore`: it is a directory"), "{said}");
}

#[test]
fn a_plan_is_read_once_and_to_its_end() {
    let folder = Folder::with_dockerfile();
    make_fifo(&folder.path().join("plan.fifo"));
    let arguments = ["plan.fifo", "-o", "Dockerfile", "--source-map", "map.json"];
    let feed = |parts: &[&str]| {
        let child = folder.command(&arguments).stderr(Stdio::piped()).spawn().unwrap();
        let mut pipe = fs::OpenOptions::new().write(true).open(folder.path().join("plan.fifo")).unwrap();
        for part in parts {
            // the reader may have enough
            let _ = pipe.write_all(part.as_bytes());
        }
        drop(pipe);
        child.wait_with_output().unwrap()
    };
    let large = plan(200_000);
    let (start, end) = large.split_at(150_000);
    let before = folder.read("Dockerfile");
    let said = said(&feed(&[start]));
    assert!(said.contains("is the file cut off?"), "{said}");
    assert_eq!(folder.read("Dockerfile"), before);
    assert!(feed(&[start, end]).status.success());
    assert!(folder.run(&["where", "Dockerfile:20", "--source-map", "map.json"]).status.success());
}

#[test]
fn a_hundred_runs_at_once_lose_nothing() {
    let folder = Folder::with_dockerfile();
    let expected = ["small.json", "large.json"].map(|plan| {
        assert!(folder.run(&[plan, "-o", "Dockerfile"]).status.success());
        folder.read("Dockerfile")
    });
    let plan = |at: usize| if at.is_multiple_of(2) { "small.json" } else { "large.json" };
    let start = |at| folder.command(&[plan(at), "-o", "Dockerfile"]).stderr(Stdio::piped()).spawn().unwrap();
    let running: Vec<_> = (0..100).map(start).collect();
    for child in running {
        // whoever reads meanwhile reads a whole file
        assert!(expected.contains(&folder.read("Dockerfile")));
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    }
    assert!(expected.contains(&folder.read("Dockerfile")));
    assert_eq!(folder.names(), ["Dockerfile", "Dockerfile.dockerignore", "large.json", "small.json"]);
}

#[test]
fn what_has_no_end_is_not_read_to_it() {
    let folder = Folder::new();
    for name in ["Dockerfile", "plan.json", "map.json"] {
        symlink("/dev/zero", folder.path().join(name)).unwrap();
    }
    let said = folder.fails(&["--check", "small.json"]);
    assert!(said.contains("can't check `Dockerfile`: it is larger than 64 MiB"), "{said}");
    let said = folder.fails(&["where", "Dockerfile:1"]);
    assert!(said.contains("can't read `Dockerfile`: it is larger than 64 MiB"), "{said}");
    assert!(folder.fails(&["plan.json"]).contains("`plan.json` is larger than 64 MiB"));
    folder.write("mine", "");
    fs::OpenOptions::new().write(true).open(folder.path().join("mine")).unwrap().set_len(1 << 40).unwrap();
    assert!(folder.fails(&["small.json", "-o", "mine"]).contains("`mine` was not made by railpack2docker"));
}

/// A name is bytes.
#[test]
fn names_that_are_no_text_are_names() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let (plan, output) = (std::ffi::OsStr::from_bytes(b"\xffplan"), std::ffi::OsStr::from_bytes(b"out\xfe\n"));
    fs::copy(folder.path().join("small.json"), folder.path().join(plan)).unwrap();
    let made = folder.command(&[]).arg(plan).arg("-o").arg(output).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let text = String::from_utf8(fs::read(folder.path().join(output)).unwrap()).unwrap();
    assert!(text.contains("# Made by railpack2docker from \u{fffd}plan (sha256 "), "{text}");
    let long = "x".repeat(300);
    let said = folder.fails(&["small.json", "-o", &long]);
    assert!(said.contains("can't write `xxx"), "{said}");
}
