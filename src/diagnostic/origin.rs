//! Where an option is set that a finding is about.

/// Where an option is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OptionOrigin {
    /// The place, such as ``in `railpack2docker.toml`, line 3``.
    pub place: String,
    /// How it is set there, if the place alone does not say that.
    pub help: Option<String>,
}

impl OptionOrigin {
    /// An origin that its place explains.
    #[must_use]
    pub fn new(place: impl Into<String>) -> Self {
        Self { place: place.into(), help: None }
    }

    /// Sets the help.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
