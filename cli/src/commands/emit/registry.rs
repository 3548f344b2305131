//! The registries that the jobs of a CI system log in to.

use super::file::Emission;

/// A registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Registry<'a> {
    /// The one that belongs to the CI system, with a login of its own.
    OfCi,
    DockerHub,
    Host(&'a str),
}

/// A registry, and the variables with the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Login<'a> {
    pub(super) registry: Registry<'a>,
    pub(super) user: &'static str,
    pub(super) password: &'static str,
}

impl<'a> Registry<'a> {
    /// The registry in the name of an image. `own` is the one of the CI system, if it has a constant name.
    fn of(name: &'a str, own: Option<&str>) -> Self {
        let host = name.split_once('/').map(|(first, _)| first);
        match host.filter(|host| host.contains(['.', ':']) || *host == "localhost") {
            Some(host) if Some(host) == own => Self::OfCi,
            Some(host) => Self::Host(host),
            None => Self::DockerHub,
        }
    }
}

impl Emission<'_> {
    /// The registries that builds write to, each once: that of the images with `--push`, and that of the cache. One that
    /// has only the cache never gets the password of the other.
    pub(super) fn logins(&self, own: Option<&str>) -> Vec<Login<'_>> {
        logins(self.args.image.as_deref(), self.args.push, self.args.cache_registry.as_deref(), own)
    }
}

fn logins<'a>(image: Option<&'a str>, push: bool, cache: Option<&'a str>, own: Option<&str>) -> Vec<Login<'a>> {
    let of_images = image.map_or(Registry::OfCi, |image| Registry::of(image, own));
    let of_cache = cache.map(|cache| Registry::of(cache, own));
    let mut logins = Vec::new();
    if push || of_cache == Some(of_images) {
        logins.push(Login { registry: of_images, user: "REGISTRY_USERNAME", password: "REGISTRY_PASSWORD" });
    }
    if let Some(registry) = of_cache.filter(|registry| *registry != of_images) {
        logins.push(Login { registry, user: "CACHE_USERNAME", password: "CACHE_PASSWORD" });
    }
    logins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_registry_that_is_written_to_has_one_login() {
        const OWN: &str = "ghcr.io";
        let found = |image, push, cache| {
            let logins = logins(image, push, cache, Some(OWN));
            logins.iter().map(|login| (login.registry, login.user)).collect::<Vec<_>>()
        };
        let (images, cache) = ("REGISTRY_USERNAME", "CACHE_USERNAME");
        assert_eq!(found(None, false, None), []);
        assert_eq!(found(Some("reg.io/x"), false, None), []);
        assert_eq!(found(None, true, None), [(Registry::OfCi, images)]);
        assert_eq!(found(None, true, Some("ghcr.io/x/cache")), [(Registry::OfCi, images)]);
        assert_eq!(found(Some("reg.io/x"), false, Some("ghcr.io/x/cache")), [(Registry::OfCi, cache)]);
        assert_eq!(found(Some("reg.io/x"), false, Some("reg.io/cache")), [(Registry::Host("reg.io"), images)]);
        let both = [(Registry::Host("reg.io"), images), (Registry::DockerHub, cache)];
        assert_eq!(found(Some("reg.io/x"), true, Some("x/cache")), both);
    }
}
