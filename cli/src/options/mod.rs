//! Groups of arguments that several commands share.

mod append;
mod assets;
pub(crate) mod config;
mod image;
pub(crate) mod key;
pub(crate) mod messages;
pub(crate) mod option_files;
pub(crate) mod plan;
pub(crate) mod railpack;
pub(crate) mod secret_sources;
mod shared;
pub(crate) mod table;
pub(crate) mod transpile;
