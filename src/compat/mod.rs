//! Ports of other projects' rules, each naming its upstream file.

pub(crate) mod gopath;
pub mod patternmatcher;
pub(crate) mod shlex;
