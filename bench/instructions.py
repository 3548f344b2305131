#!/usr/bin/env python3
"""Counts the instructions from start to exit, and compares them with an earlier count.

    bench/instructions.py target/release/railpack2docker [--update]

Uses callgrind, which does not depend on other load, for five plans. `bench/instructions.tsv` has the
earlier counts and their compiler. With that compiler, a count that is more than five percent higher is
an error; after a lower one, update the table. Another compiler generates other instructions, so nothing is compared. In any case, ten times
the steps must take at most fifteen times the instructions."""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import generated

PLANS = ["example monorepo", "example node-private-registry", "inputs 1000", "chain 1000", "chain 10000"]
TABLE = pathlib.Path(__file__).with_name("instructions.tsv")
TOLERANCE = 0.05
MOST_GROWTH = 15


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--update", action="store_true", help="rewrite the table")
    args = parser.parse_args()
    compiler, before = read_table()
    is_comparable = compiler == generated.rustc() and not args.update
    counts, complaints = {}, []
    with tempfile.TemporaryDirectory() as folder:
        for name in PLANS:
            counts[name] = count(args.binary.resolve(), generated.plan(name, folder))
            change = counts[name] / before[name] - 1 if name in before else None
            print(f"{name:30}{counts[name]:>16,}", "" if change is None else f"{change:+8.1%}")
            if is_comparable and (change is None or change > TOLERANCE):
                complaints.append(f"{name}: {counts[name]:,} instructions, expected {before.get(name, 0):,}")
    growth = counts["chain 10000"] / counts["chain 1000"]
    print(f"ten times the steps: {growth:.1f} times the instructions")
    if growth > MOST_GROWTH:
        complaints.append(f"ten times the steps take {growth:.1f} times the instructions")
    if args.update:
        rows = [generated.rustc(), *(f"{name}\t{counts[name]}" for name in PLANS)]
        TABLE.write_text("\n".join(rows) + "\n")
    elif not is_comparable:
        print(f"not compared: the table is for {compiler}, and this is {generated.rustc()}")
    for complaint in complaints:
        print("error:", complaint)
    if complaints:
        print(f"to accept the new counts: bench/instructions.py {args.binary} --update")
    sys.exit(1 if complaints else 0)


def read_table():
    """The compiler, and the number of instructions by plan."""
    if not TABLE.exists():
        return None, {}
    compiler, *rows = TABLE.read_text().splitlines()
    return compiler, {name: int(number) for name, number in (row.split("\t") for row in rows)}


def count(binary, plan):
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", binary, plan]
    done = subprocess.run(valgrind, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/bin"})
    if done.returncode != 0:
        sys.exit(f"{plan}: {done.stderr}")
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


main()
