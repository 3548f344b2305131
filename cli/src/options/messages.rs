//! Arguments for messages, which every command has.

use clap::ValueEnum;

/// The output of messages.
#[derive(Clone, Copy, Debug, clap::Args)]
#[command(next_help_heading = "Output options")]
pub(crate) struct MessageArgs {
    /// When to use colors
    #[arg(long, value_name = "WHEN", default_value_t, value_enum, global = true)]
    pub(crate) color: Color,

    /// Format of warnings and errors
    #[arg(long, value_name = "FORMAT", default_value_t, value_enum, global = true)]
    pub(crate) message_format: MessageFormat,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// If the output is a terminal and `NO_COLOR` is not set
    #[default]
    Auto,
    Always,
    Never,
}

/// The format of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    /// Messages with code frames
    #[default]
    Human,
    /// One JSON object per line
    Json,
}
