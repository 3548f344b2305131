"""Builds the examples with their own package managers, starts them, asks them over HTTP, and stops them.

    real BINARY [--table FILE] [EXAMPLE...]

BINARY is railpack2docker. The registries and databases run on loopback. --table writes a table with the sizes
and times to FILE."""

import argparse
import importlib
import pathlib
import signal
import sys
import time

import leaks
import table
from application import Failure
from run import Run

CASES = [path.stem for path in sorted((pathlib.Path(__file__).parent / "cases").glob("[a-z]*.py"))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("examples", nargs="*")
    parser.add_argument("--table", type=pathlib.Path)
    args = parser.parse_intermixed_args()
    modules = [importlib.import_module(f"cases.{name}") for name in CASES]
    unknown = set(args.examples) - {module.EXAMPLE for module in modules}
    if unknown:
        parser.error(f"no such example: {', '.join(sorted(unknown))}")
    applications = check([module for module in modules if not args.examples or module.EXAMPLE in args.examples], args.binary)
    if args.table and None not in applications:
        args.table.write_text(table.page(applications))
    sys.exit(1 if None in applications else 0)


def check(modules, binary):
    """The application of each example, or None for one that fails."""
    # `kill` and a cancelled job must end the servers, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    return [check_one(module, binary) for module in modules]


def check_one(module, binary):
    began = time.monotonic()
    try:
        with Run(binary) as run:
            application = module.check(run)
            leaks.expect_none(application)
    except Failure as failure:
        print(f"{module.EXAMPLE}: FAILED: {failure}", flush=True)
        return None
    print(f"{module.EXAMPLE}: ok, {table.summary(application)}, {time.monotonic() - began:.0f} s in all", flush=True)
    return application


main()
