//! `verify`: each planted difference is found and named, and nothing else is.

mod builds;
mod hostile;
mod images;
mod planted;

use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};
use testkit::command::{Folder, anything};

use crate::leaks::archives::{Image, write_tar};

/// An entry of a layer.
#[derive(Clone)]
struct Item {
    path: &'static str,
    kind: EntryType,
    /// The content, or the target of a link.
    text: String,
    mode: u32,
    owner: (u64, u64),
    device: (u32, u32),
    time: u64,
    attribute: Option<(&'static str, &'static str)>,
}

impl Item {
    fn new(path: &'static str, kind: EntryType, text: &str) -> Self {
        let mode = if kind == EntryType::Directory { 0o755 } else { 0o644 };
        Self { path, kind, text: text.to_owned(), mode, owner: (0, 0), device: (0, 0), time: 1, attribute: None }
    }

    fn file(path: &'static str, text: &str) -> Self {
        Self::new(path, EntryType::Regular, text)
    }

    fn append(&self, builder: &mut Builder<Vec<u8>>) {
        if let Some((name, value)) = self.attribute {
            let record = format!("SCHILY.xattr.{name}");
            builder.append_pax_extensions([(record.as_str(), value.as_bytes())]).unwrap();
        }
        let mut header = Header::new_ustar();
        header.set_entry_type(self.kind);
        header.set_mode(self.mode);
        header.set_uid(self.owner.0);
        header.set_gid(self.owner.1);
        header.set_mtime(self.time);
        header.set_device_major(self.device.0).unwrap();
        header.set_device_minor(self.device.1).unwrap();
        header.as_old_mut().name[..self.path.len()].copy_from_slice(self.path.as_bytes());
        let is_link = matches!(self.kind, EntryType::Symlink | EntryType::Link);
        if is_link {
            header.as_old_mut().linkname[..self.text.len()].copy_from_slice(self.text.as_bytes());
        }
        let content = if self.kind == EntryType::Regular { self.text.as_bytes() } else { &[] };
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, content).unwrap();
    }
}

/// A layer with these entries.
fn layer(items: &[Item]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for item in items {
        item.append(&mut builder);
    }
    builder.into_inner().unwrap()
}

/// An image with these layers and this config.
fn image(layers: &[Vec<Item>], config: Value) -> Image {
    Image { layers: layers.iter().map(|items| ("RUN make", layer(items))).collect(), config, ..Image::default() }
}

/// The files of the image that tests change.
fn files() -> Vec<Item> {
    vec![
        Item::new("app/", EntryType::Directory, ""),
        Item::file("app/run.sh", "#!/bin/sh\n"),
        Item::file("app/data", "data"),
        Item::new("app/current", EntryType::Symlink, "run.sh"),
        Item::new("app/copy", EntryType::Link, "app/data"),
        Item::new("dev/null", EntryType::Char, ""),
        Item::new("srv/", EntryType::Directory, ""),
        Item::file("srv/one", "1"),
        Item::file("srv/two", "2"),
    ]
}

/// The config of the image that tests change.
fn config() -> Value {
    json!({
        "Env": ["PATH=/usr/bin:/bin", "HOME=/root"],
        "Entrypoint": ["/bin/bash", "-c"],
        "Cmd": ["node server.js"],
        "WorkingDir": "/app",
        "Labels": { "version": "1" },
        "ExposedPorts": { "80/tcp": {} },
    })
}

/// Compares two images in each format, and returns the lines about them in the text format, without the summary. The
/// exit status must be this one.
fn lines(folder: &Folder, images: [&str; 2], more: &[&str], status: i32) -> Vec<String> {
    let [first, second] = images;
    let run = |format: &str| {
        let arguments = [&["verify", "--images", first, second, "--format", format], more].concat();
        folder.run(arguments).status(status).stdout(anything()).check().stdout
    };
    let document: Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(document["same"], status == 0);
    let (text, markdown) = (run("text"), run("markdown"));
    let summary = text.lines().last().unwrap();
    assert!(markdown.contains(&summary[1..]), "{text}{markdown}");
    let lines = text.strip_suffix(&format!("\n{summary}\n")).unwrap().lines().skip(2);
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Writes both images as archives, and compares them.
fn compare(old: &Image, new: &Image, more: &[&str], status: i32) -> Vec<String> {
    let folder = crate::folder();
    write_tar(&folder, "old.tar", &old.oci());
    write_tar(&folder, "new.tar", &new.oci());
    lines(&folder, ["old.tar", "new.tar"], more, status)
}
