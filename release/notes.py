"""The notes of a release: notes.py "railpack2docker VERSION"

It fails unless Cargo.toml says this version and CHANGELOG.md has a dated section of it, and, where a
tag is released, the tag is its name and Cargo.toml names this repository. The addresses are those of
the repository that GitHub runs it for. Without a tag, it is a rehearsal: the section is the one
of unreleased changes, and Cargo.toml need not name an existing repository.
"""

import os
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def section(changelog, heading):
    """The text below a heading of the second level, which is a pattern."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found and found[1].strip()


def checked(printed):
    """The version that the binary prints and Cargo.toml says."""
    version = re.fullmatch(r"railpack2docker (\d+\.\d+\.\d+)", printed)
    if not version or version[1] != manifest("version"):
        sys.exit(f"error: the binary says `{printed}`, and Cargo.toml `{manifest('version')}`")
    return version[1]


def manifest(key):
    """The value that all crates have for a key."""
    return tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"][key]


def main():
    version = checked(sys.argv[1])
    changelog = (ROOT / "CHANGELOG.md").read_text()
    is_release = os.environ.get("GITHUB_REF_TYPE") == "tag"
    tag = os.environ["GITHUB_REF_NAME"] if is_release else f"v{version}"
    if tag != f"v{version}":
        sys.exit(f"error: the tag is `{tag}`, and the version `{version}`")
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    repository = os.environ["GITHUB_REPOSITORY"]
    if is_release and manifest("repository") != f"{server}/{repository}":
        sys.exit(f"error: Cargo.toml has the repository `{manifest('repository')}`, and this is `{server}/{repository}`")
    heading = rf"\[{re.escape(version)}\] - \d\d\d\d-\d\d-\d\d" if is_release else r"\[Unreleased\]"
    changes = section(changelog, heading)
    # in a rehearsal, nothing may have changed since the last release
    if changes is None or (is_release and not changes):
        sys.exit(f"error: CHANGELOG.md has no section `{heading}`")
    files = f"{server}/{repository}/releases/download/{tag}"
    print(f"""{changes}

### Installing

On Linux and macOS, this puts the binary into `~/.local/bin`:

```sh
curl --proto '=https' --tlsv1.2 -fsSL {files}/install.sh | sh
```

As an image: `docker run --rm -i ghcr.io/{repository.lower()}:{version} - < railpack-plan.json`

`SHA256SUMS` has the checksums, and `gh attestation verify FILE --repo {repository}` says which commit and which workflow a file was built from.""")


if __name__ == "__main__":
    main()
