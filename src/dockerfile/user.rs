//! The user of the final image, and the directories that it owns.

use std::fmt;

use super::spelling::{Inexpressible, check_path};
use crate::compat::gopath::clean;

/// `UID:GID`, for USER, `--chown` and `chown`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner {
    uid: u32,
    gid: u32,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.uid, self.gid)
    }
}

/// A user that containers run as: a number, or a name to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    owner: Owner,
    name: Option<UserName>,
}

impl User {
    /// The UID and GID of a user that is created. Images rarely use it: their first user has 1000.
    const CREATED: u32 = 1001;

    /// Accepts `UID`, whose group has the same number, `UID:GID`, or a name.
    ///
    /// # Errors
    /// Anything else, and root.
    pub(crate) fn new(text: &str) -> Result<Self, Inexpressible> {
        if let Ok(name) = UserName::new(text) {
            return Ok(Self { owner: Owner { uid: Self::CREATED, gid: Self::CREATED }, name: Some(name) });
        }
        let (uid, gid) = text.split_once(':').unwrap_or((text, text));
        match (id(uid), id(gid)) {
            (Some(uid), Some(gid)) if uid != 0 => Ok(Self { owner: Owner { uid, gid }, name: None }),
            _ => Err(Inexpressible::Malformed("a user")),
        }
    }

    pub(crate) fn owner(&self) -> Owner {
        self.owner
    }

    /// The directory below `/home` with its name, or else its UID.
    pub(crate) fn default_home(&self) -> String {
        match &self.name {
            Some(name) => format!("/home/{name}"),
            None => format!("/home/{}", self.owner.uid),
        }
    }

    /// The statements that create the user, if it has a name. They fail if the image already has a user of
    /// this name, whose UID may be another.
    pub(crate) fn creation(&self, home: &OwnedPath) -> Vec<UserSetup> {
        let Some(name) = &self.name else { return Vec::new() };
        let Owner { uid, gid } = self.owner;
        vec![
            UserSetup::RefuseTaken(name.clone()),
            UserSetup::AddAccount { name: name.clone(), uid, gid, home: home.clone() },
            UserSetup::AddGroup { name: name.clone(), gid },
        ]
    }
}

/// A UID or GID: Docker accepts 31 bits.
fn id(text: &str) -> Option<u32> {
    let is_number = text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|id| is_number && i32::try_from(*id).is_ok())
}

/// The name of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UserName(String);

impl UserName {
    /// Accepts a name as `useradd` does: `[a-z_][a-z0-9_-]*`, at most 32 bytes.
    ///
    /// # Errors
    /// Anything else, and `root`.
    fn new(name: &str) -> Result<Self, Inexpressible> {
        let is_legal = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
            && name.len() <= 32
            && name != "root";
        if is_legal { Ok(Self(name.to_owned())) } else { Err(Inexpressible::Malformed("the name of a user")) }
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A shell statement that creates a user or prepares its directories. It uses only what Debian and busybox
/// both have, and no clock, as the date in a password's entry would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UserSetup {
    /// Prints the user of this name, and fails, if there is one.
    RefuseTaken(UserName),
    /// Adds a line to `/etc/passwd`.
    AddAccount { name: UserName, uid: u32, gid: u32, home: OwnedPath },
    /// Adds a line to `/etc/group`.
    AddGroup { name: UserName, gid: u32 },
    /// Creates directories. At least one.
    CreateDirectories(Vec<OwnedPath>),
    /// Lets every user pass through root's home.
    OpenRootHome,
    /// Gives directories, without their contents, to a user. At least one.
    Own(Owner, Vec<OwnedPath>),
}

impl fmt::Display for UserSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words =
            |f: &mut fmt::Formatter<'_>, paths: &[OwnedPath]| paths.iter().try_for_each(|path| write!(f, " {path}"));
        match self {
            Self::RefuseTaken(name) => write!(f, "! grep '^{name}:' /etc/passwd"),
            Self::AddAccount { name, uid, gid, home } => {
                write!(f, "echo '{name}:x:{uid}:{gid}::{home}:/bin/sh' >> /etc/passwd")
            }
            Self::AddGroup { name, gid } => write!(f, "echo '{name}:x:{gid}:' >> /etc/group"),
            Self::CreateDirectories(paths) => {
                f.write_str("mkdir -p")?;
                words(f, paths)
            }
            Self::OpenRootHome => f.write_str("chmod a+x /root"),
            Self::Own(owner, paths) => {
                write!(f, "chown {owner}")?;
                words(f, paths)
            }
        }
    }
}

/// The path of a directory that belongs to the user: one word for VOLUME, for a shell and in a line of
/// `/etc/passwd`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OwnedPath(String);

impl OwnedPath {
    /// Accepts an absolute path of letters, digits and `._-+@`, without a trailing slash, `.` and `..`.
    ///
    /// # Errors
    /// Anything else, and `/`.
    pub(crate) fn new(path: &str) -> Result<Self, Inexpressible> {
        check_path(path)?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+@".contains(&byte);
        if path.len() > 1 && path.starts_with('/') && clean(path) == path && path.bytes().all(is_plain) {
            return Ok(Self(path.to_owned()));
        }
        Err(Inexpressible::Malformed("an absolute path"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OwnedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_numbers_or_names() {
        for (text, owner, home) in [
            ("1001", "1001:1001", "/home/1001"),
            ("1001:0", "1001:0", "/home/1001"),
            ("2147483647:5", "2147483647:5", "/home/2147483647"),
            ("app", "1001:1001", "/home/app"),
            ("_my-app2", "1001:1001", "/home/_my-app2"),
        ] {
            let user = User::new(text).unwrap();
            assert_eq!((user.owner().to_string().as_str(), user.default_home().as_str()), (owner, home), "{text}");
        }
        let long = "a".repeat(33);
        for text in [
            "",
            "0",
            "0:5",
            "root",
            "1001:",
            ":1001",
            "1001:app",
            "app:app",
            "2147483648",
            "99999999999",
            "+1",
            "-1",
            "1:2:3",
            "App",
            "1app",
            "a b",
            "a'b",
            "a\nb",
            "é",
            &long,
        ] {
            assert!(User::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn user_with_a_name_is_created() {
        let home = OwnedPath::new("/home/app").unwrap();
        let creation: Vec<String> = User::new("app").unwrap().creation(&home).iter().map(ToString::to_string).collect();
        assert_eq!(
            creation,
            [
                "! grep '^app:' /etc/passwd",
                "echo 'app:x:1001:1001::/home/app:/bin/sh' >> /etc/passwd",
                "echo 'app:x:1001:' >> /etc/group",
            ]
        );
        assert_eq!(User::new("1001").unwrap().creation(&home), []);
    }

    #[test]
    fn directories_are_words() {
        let paths = || vec![OwnedPath::new("/data").unwrap(), OwnedPath::new("/home/app").unwrap()];
        let owner = User::new("1:2").unwrap().owner();
        assert_eq!(UserSetup::CreateDirectories(paths()).to_string(), "mkdir -p /data /home/app");
        assert_eq!(UserSetup::Own(owner, paths()).to_string(), "chown 1:2 /data /home/app");
    }

    #[test]
    fn owned_paths_are_plain() {
        for path in ["/data", "/var/lib/my-app_1.0/@x+y"] {
            assert_eq!(OwnedPath::new(path).unwrap().to_string(), path);
        }
        for path in ["", "/", "data", "/a/", "/a/../b", "/a b", "/a:b", "/$x", "/a'b", "/é", "/a\nb", "/a//b", "/a,b"]
        {
            assert!(OwnedPath::new(path).is_err(), "{path:?}");
        }
        assert!(OwnedPath::new(&format!("/{}", "n".repeat(256))).is_err());
    }
}
