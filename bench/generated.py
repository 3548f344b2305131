"""The plans of `generate-plan` and the examples, by name: `chain 1000`, `example php`."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent


def plan(name, folder):
    """The path of a plan. A generated plan is written to `folder`."""
    kind, which = name.split(" ")
    if kind == "example":
        return ROOT / "examples" / which / "plan.json"
    path = pathlib.Path(folder) / f"{kind}-{which}.json"
    generate = ["cargo", "run", "--quiet", "--release", "--package", "railpack2docker-bench", "--", kind, which]
    with path.open("wb") as out:
        subprocess.run(generate, cwd=ROOT, stdout=out, check=True)
    return path


def rustc():
    """The compiler and its target."""
    said = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout.splitlines()
    host = next(line.removeprefix("host: ") for line in said if line.startswith("host: "))
    return f"{' '.join(said[0].split(' ')[:2])}, {host}"
