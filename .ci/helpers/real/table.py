"""The table of sizes and times."""

import os
import platform

INTRODUCTION = """# Examples

Applications with the plans that Railpack writes for them. `.ci/real` builds each of them from its generated Dockerfile, with its own package manager and real secrets, starts it with `docker run`, asks it over HTTP, and stops it with `docker stop`. [`bases`](bases) has stand-ins for Railpack's images, for machines that can't pull them.

`.ci/real --table` writes this page. The build has an empty cache, except for its tools (mise and Node.js, for example), which all applications of a machine share, and its time is without the export of the image. The size is that of the unpacked image. The machine has {machine}.
"""


def summary(application):
    times = application.times
    return f"{size(application)}, tools in {times['tools']:.0f} s, built in {times['build']:.0f} s, stopped in {times['stop']:.1f} s"


def size(application):
    return f"{round(application.size / 1e6, -1):.0f} MB"


def page(applications):
    rows = "\n".join(row(application) for application in applications)
    return f"""{INTRODUCTION.format(machine=machine())}
| example | image | build | stop |
|---|---|---|---|
{rows}
"""


def row(application):
    times = application.times
    return f"| [`{application.example}`]({application.example}) | {size(application)} | {times['build']:.0f} s | {times['stop']:.1f} s |"


def machine():
    return f"{os.cpu_count()} processors, Linux {platform.release().split('-')[0]}, {platform.machine()}"


