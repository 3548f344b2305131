//! A registry on loopback: Debian's `docker-registry`.

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use fs_err as fs;

/// A registry that stops when it is dropped.
pub struct Registry {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Registry {
    /// Starts a registry. If the program is not installed, reports that the test is skipped, or fails with
    /// `REQUIRE_DOCKER=1`.
    pub fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        // the port is free once the listener is dropped
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let config = folder.path().join("config.yml");
        let data = folder.path().join("data");
        let text = format!(
            "version: 0.1\nlog: {{ level: error }}\nstorage: {{ filesystem: {{ rootdirectory: {} }} }}\nhttp: {{ addr: '127.0.0.1:{port}' }}\n",
            data.display()
        );
        fs::write(&config, text).unwrap();
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = match command.spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                crate::skip("there is no docker-registry", "REQUIRE_DOCKER");
                return None;
            }
            Err(error) => panic!("docker-registry: {error}"),
        };
        let mut this = Self { child, port, _folder: folder };
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(this.child.try_wait().unwrap().is_none(), "docker-registry ended");
            std::thread::yield_now();
        }
        Some(this)
    }

    /// The host and the port, which begin the names of its images.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
