"""Checks configuration snippets in documents against the schemas of their tools.

Usage: snippets.py DOCUMENT...  A snippet is a fenced block after a line `<!-- schema: NAME -->`,
where NAME is a built-in schema of check-jsonschema.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

SNIPPET = re.compile(r"<!-- schema: ([\w.-]+) -->\n```(\w+)\n(.*?)```", re.DOTALL)


def main():
    count = 0
    for document in sys.argv[1:]:
        for schema, language, text in SNIPPET.findall(pathlib.Path(document).read_text()):
            with tempfile.NamedTemporaryFile("w", suffix="." + language) as file:
                file.write(text)
                file.flush()
                subprocess.run(["check-jsonschema", "--builtin-schema", schema, file.name], check=True)
            count += 1
    if count == 0:
        sys.exit("no snippets found")
    print(f"{count} snippets checked")


main()
