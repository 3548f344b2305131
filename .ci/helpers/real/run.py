"""The run of one example: its names, its folder, and the servers that it needs. All of them end with it."""

import contextlib
import pathlib
import shutil
import tempfile
import uuid

import engine
import registry
from application import Application
from postgres import Postgres
from registry import Registry

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Run:
    def __init__(self, binary):
        self.binary = pathlib.Path(binary).resolve()
        self.prefix = f"railpack2docker-real-{uuid.uuid4().hex[:8]}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="railpack2docker-real-"))
        # PostgreSQL runs as another user
        self.folder.chmod(0o755)
        # what the run must undo, even if something fails
        self.stack = contextlib.ExitStack()
        self.stack.callback(shutil.rmtree, self.folder)
        self.stack.callback(engine.remove_caches, self.prefix)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stack.close()

    def application(self, example, *options):
        application = Application(self, example, options)
        self.stack.callback(engine.remove_image, application.image)
        return application

    def registry(self):
        """A registry with the private package."""
        modules = registry.install(ROOT / "target/ci-real/registry")
        server = self.started(Registry(modules, self.folder / "registry"))
        server.publish(ROOT / ".ci/helpers/real/greeting")
        return server

    def postgres(self):
        return self.started(Postgres(self.folder / "postgres"))

    def started(self, server):
        self.stack.callback(server.stop)
        return server
