//! The header of a generated file: its origin, the command that regenerates it, and the command that
//! builds the image.

mod asset_digest;
mod build_command;
mod commented;
mod digest;
mod platforms;
mod stamp;

pub use asset_digest::AssetDigest;
pub use build_command::{
    BuildCommand, BundleVariable, Destination, HashArg, ImageName, LOAD, SecretFlag, SecretSource, SourceDate,
    secret_flags,
};
pub use commented::CommentedFile;
pub use digest::with_line_feeds;
pub use platforms::{check_platforms, platform_names};
pub use stamp::{Header, Stamp, emitted_kind, is_generated};

pub(crate) use build_command::regenerate;
pub(crate) use stamp::{GeneratedFrom, stamped, without_stamp};
