"""Writes the name of the repository's owner where the documents have `OWNER`, and the repository into Cargo.toml:
owner.py NAME. The instructions for releases keep `OWNER`."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]

[owner] = sys.argv[1:]
if not re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", owner):
    sys.exit(f"error: `{owner}` is not the name of an account on GitHub")
manifest = ROOT / "Cargo.toml"
text, count = re.subn(r'^repository = ".*"$', f'repository = "https://github.com/{owner}/railpack2docker"', manifest.read_text(), flags=re.MULTILINE)
if count != 1:
    sys.exit("error: Cargo.toml does not contain `repository` once")
manifest.write_text(text)
listed = subprocess.run(["git", "grep", "-lw", "OWNER", "--", "docs", "schemas"], cwd=ROOT, check=True, capture_output=True, text=True)
for name in listed.stdout.splitlines():
    if name == "docs/releasing.md":
        continue
    path = ROOT / name
    # a name in a container registry has no capitals
    text = re.sub(r"\bghcr\.io/OWNER\b", f"ghcr.io/{owner.lower()}", path.read_text())
    path.write_text(re.sub(r"\bOWNER\b", owner, text))
