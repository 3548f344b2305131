//! Images and caches, as the Docker Engine, `BuildKit` and `docker save` write them: archives and directories of blobs.
//! Nothing is written to disk, and memory does not grow with the size of a file.
//!
//! The modules use each other in this order: `tar` and `compression` read what a blob contains; `manifest` names the
//! blobs of an image; `progress` and `blobs` go through them; `files` and `engine` are the places to read from.

pub(crate) mod blobs;
pub(crate) mod compression;
pub(crate) mod engine;
pub(crate) mod files;
pub(crate) mod manifest;
pub(crate) mod progress;
pub(crate) mod tar;
