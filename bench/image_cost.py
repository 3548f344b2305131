#!/usr/bin/env python3
"""Measures builds of images from generated Dockerfiles, and compares them with earlier builds.

    bench/image_cost.py target/release/railpack2docker ../shared/oracle [--update]

Builds ten plans of the oracle in the current engine, each four times: with an empty cache, unchanged,
after a source file changed, and after the value of a secret changed. For each build it prints the
commands that ran, the layers of the image and their size, and the time. `bench/image-cost.tsv` has the
earlier results: commands and layers must be equal, sizes within five percent. The time is only for
information. In any case, a build runs no more commands than the plan has, plus one for each set of
secrets that steps list.

The oracle's stub replaces every image, with a different file for each plan, so that no earlier build is
in the cache."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import time
import uuid

PLANS = """elixir-phoenix go-mod node-npm node-turborepo php-laravel-12-react python-uv
ruby-rails-postgres rust-rocket secrets staticfile-config""".split()
SCENARIOS = ["cold", "warm", "source", "secret"]
TABLE = pathlib.Path(__file__).with_name("image-cost.tsv")
HEADER = ["plan", "build", "commands", "layers", "KiB", "seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("oracle", type=pathlib.Path)
    parser.add_argument("--update", action="store_true", help="rewrite the table")
    args = parser.parse_args()
    sys.path.insert(0, str(args.oracle))
    import context

    before = {} if args.update else read_table()
    rows, complaints = [], []
    for name in PLANS:
        text = (args.oracle / "corpus/plans" / f"{name}.json").read_text()
        with tempfile.TemporaryDirectory() as folder:
            root = context.make(pathlib.Path(folder) / "app")
            for row in costs(name, json.loads(text), args.binary.resolve(), root, complaints):
                rows.append(row)
                show(row, before.get((row[0], row[1])), complaints)
    if args.update:
        lines = ["\t".join(str(cell) for cell in row) for row in [HEADER, *rows]]
        TABLE.write_text("\n".join(lines) + "\n")
    for complaint in complaints:
        print("error:", complaint)
    sys.exit(1 if complaints else 0)


def read_table():
    lines = [line.split("\t") for line in TABLE.read_text().splitlines()]
    assert lines[0] == HEADER
    return {(row[0], row[1]): row for row in lines[1:]}


def show(row, before, complaints):
    name, scenario, commands, layers, kib, seconds = row
    print(f"{name:22} {scenario:7} {commands:3} commands {layers:3} layers {kib:6} KiB {seconds:6.1f} s", end="")
    if before is None:
        print()
        return
    print(f"   (was {before[2]}, {before[3]}, {before[4]}, {float(before[5]):.1f})")
    if [str(commands), str(layers)] != before[2:4] or abs(kib - int(before[4])) > max(1, 0.05 * int(before[4])):
        complaints.append(f"{name}, {scenario}: {row[2:5]}, expected {before[2:5]}")


def costs(name, plan, binary, root, complaints):
    """The rows of a plan, one for each scenario."""
    secrets = {secret: "first" for secret in plan.get("secrets") or []}
    plan = json.loads(json.dumps(plan), object_hook=lambda value: stand_in(value, name))
    base_image(name)
    plan_file = root / "railpack-plan.json"
    plan_file.write_text(json.dumps(plan))
    dockerfile = root / "bench.Dockerfile"
    subprocess.run([binary, plan_file, "-o", dockerfile, "--syntax", "none"], check=True, capture_output=True)
    most = limit(plan)
    for scenario in SCENARIOS:
        if scenario == "source":
            (root / "lib/f.txt").write_text("changed\n")
        if scenario == "secret" and secrets:
            secrets[next(iter(secrets))] = "second"
        start = time.monotonic()
        commands, layers, size = build(dockerfile, root, secrets)
        if commands > most:
            complaints.append(f"{name}, {scenario}: {commands} commands ran, but the plan has {most}, including its hashes")
        yield [name, scenario, commands, layers, round(size / 1024), round(time.monotonic() - start, 1)]


def image_of(name):
    return f"railpack2docker-bench/{name}:1"


def stand_in(value, name):
    """An object of the plan, with its image replaced."""
    return {key: image_of(name) if key == "image" else entry for key, entry in value.items()}


def base_image(name):
    text = f"FROM oracle-stub:latest\nCOPY <<EOF /bench\n{uuid.uuid4()}\nEOF\n"
    subprocess.run(["docker", "build", "--quiet", "--tag", image_of(name), "-"], input=text, text=True, check=True,
                   capture_output=True)


def limit(plan):
    """The maximum number of commands that a build may run."""
    steps = plan.get("steps") or []
    commands = sum("cmd" in command for step in steps for command in step.get("commands") or [])
    listing = [step for step in steps if step.get("secrets") and any("cmd" in c for c in step.get("commands") or [])]
    return commands + len({tuple(sorted(step["secrets"])) for step in listing})


def build(dockerfile, root, secrets):
    """The number of commands that ran, the number of layers, and their size in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        image = pathlib.Path(folder) / "image.tar"
        command = ["docker", "buildx", "build", "--progress=rawjson", "--provenance=false", "-f", dockerfile,
                   "--build-arg", f"SECRETS_HASH={uuid.uuid4()}", "--output", f"type=oci,dest={image}"]
        for secret in secrets:
            command += ["--secret", f"id={secret},env=BENCH_{secret}"]
        env = os.environ | {f"BENCH_{secret}": value for secret, value in secrets.items()}
        ran = subprocess.run([*command, root], env=env, capture_output=True, text=True)
        if ran.returncode:
            sys.exit(f"{dockerfile.read_text()}\n{ran.stderr[-2000:]}")
        layers = layers_of(image)
    vertexes = {}
    for line in ran.stderr.splitlines():
        if line.startswith("{"):
            for vertex in json.loads(line).get("vertexes") or []:
                vertexes.setdefault(vertex["digest"], {}).update(vertex)
    commands = [v for v in vertexes.values() if is_command(v["name"]) and v.get("completed") and not v.get("cached")]
    return len(commands), len(layers), sum(layer["size"] for layer in layers)


def is_command(name):
    """Whether a vertex is a command, such as `[build 3/7] RUN npm ci`."""
    return name.startswith("[") and "] RUN " in name


def layers_of(image):
    with tarfile.open(image) as tar:
        def blob(descriptor):
            return json.load(tar.extractfile("blobs/" + descriptor["digest"].replace(":", "/")))
        index = json.load(tar.extractfile("index.json"))
        return blob(index["manifests"][0])["layers"]


main()
