//! Files: plans, generated files, source maps and the build context.

pub(crate) mod asset_files;
pub(crate) mod build_context;
pub(crate) mod given;
pub(crate) mod json_header;
pub(crate) mod lock_file;
pub(crate) mod origin;
pub(crate) mod output_files;
pub(crate) mod paths;
pub(crate) mod plan_file;
pub(crate) mod plan_search;
pub(crate) mod read;
pub(crate) mod source_map_file;
