"""Checks the snippets of configuration in documents against the schemas of the tools they are for.

Usage: snippets.py DOCUMENT...  A snippet is a fenced block behind a line `<!-- schema: NAME -->`,
where NAME is a schema that check-jsonschema has.
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
        sys.exit("no snippet was found")
    print(f"{count} snippets checked")


main()
