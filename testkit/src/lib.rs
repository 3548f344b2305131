//! Helpers that the tests of railpack2docker share.
