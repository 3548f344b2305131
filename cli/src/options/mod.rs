//! Groups of arguments that several commands share.

mod append;
mod assets;
pub(crate) mod candidates;
pub(crate) mod config;
mod config_error;
mod config_table;
mod expressible;
mod image;
pub(crate) mod key;
pub(crate) mod messages;
pub(crate) mod option_files;
pub(crate) mod plan;
pub(crate) mod railpack;
pub(crate) mod schema;
pub(crate) mod secret_sources;
mod shared;
pub(crate) mod table;
pub(crate) mod transpile;
mod whole_number;
