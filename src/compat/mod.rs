//! Ports of other projects' behavior, each with a reference to its upstream.

pub(crate) mod gopath;
pub mod patternmatcher;
pub(crate) mod shlex;
