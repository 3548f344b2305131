"""Sets the version of the project in every file that contains it: version.py 1.2.3"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
FILES = [
    "Cargo.toml",
    "wasm/Cargo.toml",
    "wasm/npm/package.json",
    "docs/installing.md",
    "docs/monorepo.md",
    "docs/releasing.md",
    "docs/review.md",
]

[version] = sys.argv[1:]
if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?", version):
    sys.exit(f"error: `{version}` is not a version, such as `1.2.3`")
old = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
texts = {ROOT / name: re.subn(rf"(?<![\d.]){re.escape(old)}(?![\d.]\d)", version, (ROOT / name).read_text()) for name in FILES}
for path, (_, count) in texts.items():
    if count == 0:
        sys.exit(f"error: {path.relative_to(ROOT)} does not contain the version {old}")
for path, (text, _) in texts.items():
    path.write_text(text)
