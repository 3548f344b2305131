//! The user of the image: what it owns, and where its home is.

use super::include_paths::destination;
use crate::compat::gopath::{clean, is_in};
use crate::dockerfile::{OwnedPath, Owner, User, UserSetup};
use crate::graph::Edge;

/// The home of root, which containers run as in Railpack.
const ROOT_HOME: &str = "/root";

/// The directories in a home in which programs look for what they keep (the XDG base directories): caches,
/// settings, the state of mise.
const LOOKED_UP: [&str; 3] = ["/root/.cache", "/root/.config", "/root/.local"];

/// The user of the image.
#[derive(Debug)]
pub(super) struct ImageUser {
    user: User,
    home: OwnedPath,
    /// The directories that belong to it: `/app`, its home, and the volumes.
    owned: Vec<OwnedPath>,
}

impl ImageUser {
    pub(super) fn new(user: User, home: OwnedPath, volumes: &[OwnedPath]) -> Self {
        let mut owned: Vec<OwnedPath> = OwnedPath::new("/app").into_iter().collect();
        for path in std::iter::once(&home).chain(volumes) {
            if !owned.contains(path) {
                owned.push(path.clone());
            }
        }
        Self { user, home, owned }
    }

    pub(super) fn owner(&self) -> Owner {
        self.user.owner()
    }

    pub(super) fn home(&self) -> &OwnedPath {
        &self.home
    }

    /// The owner of what is copied to a path. `None` for root: what is outside the user's directories is
    /// only read.
    pub(super) fn owner_of(&self, path: &str) -> Option<Owner> {
        let path = clean(path);
        self.owned.iter().any(|owned| is_in(&path, owned.as_str())).then(|| self.owner())
    }

    /// Whether a path is in `/app`. Only the directories on the way to it may be created again by
    /// `COPY --link --chown`, which gives them to the user.
    pub(super) fn can_link(path: &str) -> bool {
        is_in(&clean(path), "/app")
    }

    /// The path in the user's home of what programs look up in root's home. Other paths stay.
    pub(super) fn moved(&self, path: &str) -> Option<String> {
        let cleaned = clean(path);
        let below_home = cleaned.strip_prefix(ROOT_HOME)?;
        let is_looked_up = below_home.is_empty() || LOOKED_UP.iter().any(|directory| is_in(&cleaned, directory));
        let slash = if path.ends_with('/') { "/" } else { "" };
        is_looked_up.then(|| format!("{}{below_home}{slash}", self.home))
    }

    /// The statements that create the user and its directories, once `/app` exists.
    pub(super) fn setup<'g>(&self, inputs: impl Iterator<Item = Edge<'g>>) -> Vec<UserSetup> {
        let mut setup = self.user.creation(&self.home);
        let created: Vec<OwnedPath> = self.owned.iter().filter(|path| path.as_str() != "/app").cloned().collect();
        if !created.is_empty() {
            setup.push(UserSetup::CreateDirectories(created));
        }
        setup.push(UserSetup::Own(self.owner(), self.owned.clone()));
        let mut destinations =
            inputs.flat_map(|edge| edge.includes().iter().map(move |include| destination(edge, &include.value)));
        if destinations.any(|path| self.stays_in_root_home(&path)) {
            setup.push(UserSetup::OpenRootHome);
        }
        setup
    }

    fn stays_in_root_home(&self, path: &str) -> bool {
        is_in(&clean(path), ROOT_HOME) && self.moved(path).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(user: &str, home: &str, volumes: &[&str]) -> ImageUser {
        let path = |path: &str| OwnedPath::new(path).unwrap();
        let volumes: Vec<OwnedPath> = volumes.iter().map(|volume| path(volume)).collect();
        ImageUser::new(User::new(user).unwrap(), path(home), &volumes)
    }

    #[test]
    fn user_owns_the_app_its_home_and_volumes() {
        let user = user("1001", "/home/1001", &["/data", "/app"]);
        for (path, is_owned) in [
            ("/app", true),
            ("/app/dist", true),
            ("/home/1001/.cache", true),
            ("/data/x", true),
            ("/app/../etc", false),
            ("/etc/../app", true),
            ("/apps", false),
            ("/home", false),
            ("/mise/shims", false),
            ("/", false),
        ] {
            assert_eq!(user.owner_of(path).is_some(), is_owned, "{path}");
        }
        let setup: Vec<String> = user.setup(std::iter::empty()).iter().map(ToString::to_string).collect();
        assert_eq!(setup, ["mkdir -p /home/1001 /data", "chown 1001:1001 /app /home/1001 /data"]);
    }

    #[test]
    fn what_programs_look_up_moves_to_the_home() {
        let user = user("app", "/home/app", &[]);
        for (path, moved) in [
            ("/root", Some("/home/app")),
            ("/root/", Some("/home/app/")),
            ("/root/.cache", Some("/home/app/.cache")),
            ("/root/.local/state/mise", Some("/home/app/.local/state/mise")),
            ("/root/./.cache//x/", Some("/home/app/.cache/x/")),
            ("/root/.cache/../../etc", None),
            ("/root/.yarn", None),
            ("/root/.cached", None),
            ("/rooted", None),
            ("/app", None),
        ] {
            assert_eq!(user.moved(path).as_deref(), moved, "{path}");
        }
    }
}
