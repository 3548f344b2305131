"""The licences of the crates that a binary is made of: notices.py TARGET

Nearly all of them ask that their text goes with the binary. It fails for a crate whose package has
no such text and that nobody has looked at.
"""

import pathlib
import sys

import crates

# their packages hold no licence; what `license` of their manifest says is all there is
WITHOUT_TEXT = set()

ABOVE = """\
railpack2docker is made of the crates below, and of the standard library of Rust (MIT or Apache-2.0,
https://www.rust-lang.org). A static binary for Linux contains musl (MIT, https://musl.libc.org/COPYRIGHT),
and one for glibc contains libunwind (Apache-2.0 WITH LLVM-exception, https://llvm.org/LICENSE.txt).
"""


def texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    named = [path for path in folder.iterdir() if path.is_file() and path.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"))]
    return [path.read_text(errors="replace").strip() for path in sorted(named)]


def text(target):
    """The whole text for a target. A text that several crates share is in it once."""
    who, listed = {}, []
    for package in crates.Graph(target).foreign:
        name = f"{package['name']} {package['version']}"
        listed.append(f"  {name}: {package['license']}\n")
        own = texts(package)
        if not own and package["name"] not in WITHOUT_TEXT:
            sys.exit(f"error: the package of {name} has no licence: see to it in release/notices.py")
        for one in own:
            who.setdefault(one, []).append(name)
    line = "-" * 100
    parts = [f"{line}\n{', '.join(names)}\n{line}\n\n{one}\n" for one, names in who.items()]
    return "\n".join([ABOVE, "".join(listed), *parts])


if __name__ == "__main__":
    sys.stdout.write(text(sys.argv[1]))
