//! The formats of reports for people and programs.

use clap::ValueEnum;

/// The output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for a terminal
    #[default]
    Text,
    /// Markdown for a comment on a pull request
    Markdown,
    /// A JSON document
    Json,
}
