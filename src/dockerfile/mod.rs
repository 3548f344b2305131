//! A Dockerfile: stages of instructions, and one type for each kind of operand.
//!
//! The constructor of each type defines what is legal for that operand, and its `Display` how it is
//! spelled. Nothing else in the crate quotes or escapes an operand. The rules come from BuildKit's
//! parser (`frontend/dockerfile/parser` and `frontend/dockerfile/shell`).

mod appended;
mod argv;
mod asset;
mod bundle;
mod comment;
mod env;
mod heredoc;
mod ignore;
mod image_config;
mod instruction;
mod layout;
mod mirror;
mod mount;
mod name;
mod path;
mod platform;
mod pulled_image;
mod secret_file;
mod shell_setup;
mod shell_variables;
mod shell_words;
mod spelling;
mod stage;
mod user;

pub(crate) use appended::{Appended, Fault, Need, Place};
pub(crate) use argv::{ExecForm, ShellForm, is_shell_word};
pub(crate) use asset::{Asset, AssetName, AssetPath, AssetText};
pub(crate) use bundle::BundleDigest;
pub(crate) use comment::{Comment, GENERATED_BY};
pub(crate) use env::{Assignment, BuildArg, is_bare_name, is_env_only, is_exportable};
pub(crate) use heredoc::{Delimiter, Heredoc};
pub(crate) use ignore::IgnorePattern;
pub(crate) use image_config::{Duration, Healthcheck, Label, Port, Retries, Signal};
pub(crate) use instruction::{
    Command, Copy, CopyAsset, CopyFile, HashSecrets, Instruction, Labels, Mode, Run, SecretsHasher,
};
pub(crate) use layout::Layout;
pub(crate) use mirror::{ImagePrefix, Mirrors};
pub(crate) use mount::{Mount, MountField, SecretTarget, Sharing, csv_field};
pub(crate) use name::{ImageRef, StageName, split_reference};
pub(crate) use path::{CopyPaths, Directory, Exclude, HeredocPath};
pub(crate) use platform::{Platform, PlatformArg, architecture_names};
pub use pulled_image::PulledImage;
pub(crate) use secret_file::SecretFile;
pub(crate) use shell_setup::{ShellSetup, check_script};
pub(crate) use shell_variables::ShellVariables;
pub(crate) use shell_words::shell_word;
pub(crate) use spelling::Inexpressible;
pub(crate) use spelling::{LONGEST_LINE, check_path, fold, percent_encode};
pub(crate) use stage::{AppendedFile, Dockerfile, Dockerignore, From, Role, Stage};
pub(crate) use user::{OwnedPath, Owner, User, UserSetup};
