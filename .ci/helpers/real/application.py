"""An example: its copy, its Dockerfile, its builds, and its containers."""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess

import engine
from network import free_port, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]
CONFIG = ROOT / "examples/bases/railpack2docker.toml"
STAGE = re.compile(r"^FROM \S+ AS (\S+)$", re.MULTILINE)
# stages that all applications of a machine share, if their tools have the same versions
TOOLS = re.compile(r"packages-(mise|caddy|image)")
# a log must have none of these, in any case
PROBLEM = re.compile(r"error|exception|fatal|panic|traceback|unhandled|uncaught", re.IGNORECASE)
# npm, which is process 1 of `npm run start`, reports the signal of `docker stop` as an error
NPM_STOPPED = re.compile(r"^npm error (path /app|command failed|signal SIGTERM|command sh -c .*|A complete log .*)$", re.MULTILINE)
MAX_STOP = 2


class Failure(Exception):
    """An example that does not do what it should."""


def expect(is_right, text):
    if not is_right:
        raise Failure(text)


class Application:
    def __init__(self, run, example, options):
        self.run, self.example, self.options = run, example, options
        self.folder = run.folder / example
        self.image = f"{run.prefix}/{example}"
        self.times, self.hashes = {}, {}
        # of the secrets of all builds
        self.values = set()
        shutil.copytree(ROOT / "examples" / example, self.folder)
        self.dockerfile = self.folder.with_suffix(".Dockerfile")
        self.transpile()

    def command(self, *words, secrets=()):
        words = [str(self.run.binary), *words, f"--config={CONFIG}"]
        done = subprocess.run(words, env={**os.environ, **dict(secrets)}, capture_output=True, text=True)
        expect(done.returncode == 0, f"{' '.join(words)} failed:\n{done.stderr}")
        return done.stdout

    def transpile(self):
        # caches of its own, so that no other build fills them
        options = [f"--output={self.dockerfile}", f"--cache-prefix={self.run.prefix}-", *self.options]
        self.command(str(self.folder / "plan.json"), *options)

    def stages(self, are_tools):
        return [stage for stage in STAGE.findall(self.dockerfile.read_text()) if bool(TOOLS.match(stage)) == are_tools]

    def build(self, secrets=(), options=(), tag=None):
        """Runs the commands of the build, with a hash of the secrets, if there are any."""
        self.values.update(dict(secrets).values())
        return engine.build(
            self.dockerfile, self.folder, tag, secrets=secrets, arguments=self.arguments(secrets), options=options
        )

    def arguments(self, secrets):
        """The build args for these secrets."""
        return [f"SECRETS_HASH={self.hash(secrets)}"] if secrets else []

    def export(self, secrets):
        """Builds the image from the cache."""
        for _ in range(3):
            build = self.build(secrets, tag=self.image)
            # an engine that removes an image at the same time can lose a layer of both
            if build.succeeded or "parent snapshot" not in build.log:
                break
        self.succeed(build)
        self.size = engine.size(self.image)

    def hash(self, secrets):
        """The value of SECRETS_HASH, which takes a while to compute."""
        key = tuple(sorted(secrets.items()))
        if key not in self.hashes:
            self.hashes[key] = self.command("hash", str(self.folder / "plan.json"), secrets=secrets).strip()
        return self.hashes[key]

    def build_cold(self, secrets=()):
        """Builds the image with tools alone in the cache, and measures both."""
        tools = [f"--target={stage}" for stage in self.stages(are_tools=True)]
        self.times["tools"] = sum(self.succeed(self.build(secrets, [target])).seconds for target in tools)
        build = self.succeed(self.build(secrets, [f"--no-cache-filter={','.join(self.stages(are_tools=False))}"]))
        self.times["build"] = build.seconds
        self.export(secrets)
        return build

    def succeed(self, build):
        expect(build.succeeded, f"the build failed:\n{build.log[-4000:]}")
        return build

    def expect_failure(self, build, text):
        """Expects a build that fails, with a text in its log."""
        expect(not build.succeeded, "the build succeeded")
        expect(text in build.log, f"`{text}` is not in the log of the build:\n{build.log[-4000:]}")

    def expect_runs(self, build, commands):
        """Expects a build that runs these commands, and no others."""
        self.succeed(build)
        expect(sorted(build.ran) == sorted(commands), f"the build ran {build.ran}, expected {commands}")

    def expect_rebuild(self, source, text, commands):
        """Expects that a build runs nothing, and that it runs these commands after a text was added to a file."""
        self.expect_runs(self.build(), [])
        with (self.folder / source).open("a") as file:
            file.write(text)
        self.expect_runs(self.build(), commands)

    @contextlib.contextmanager
    def running(self, environment=()):
        """A container that answers, and its address. It must stop on its own, and its log must have no errors."""
        port = free_port()
        env_file = self.folder.with_suffix(".env")
        env_file.write_text("".join(f"{name}={value}\n" for name, value in dict(environment).items()))
        container = engine.Container(self.image, f"{self.run.prefix}-{self.example}", {"PORT": port}, env_file)
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address, container.is_running)
            yield address
            self.stop(container)
        except (Failure, RuntimeError) as problem:
            raise Failure(f"{problem}\nThe log of the container:\n{container.log()}") from problem
        finally:
            container.remove()

    def stop(self, container):
        self.times["stop"], code = container.stop()
        expect(code != 137, "the container was killed, because it did not stop")
        expect(self.times["stop"] < MAX_STOP, f"the container stopped after {self.times['stop']:.1f} s")
        expect(not PROBLEM.search(NPM_STOPPED.sub("", container.log())), "the log has an error")
