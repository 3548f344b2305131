#!/usr/bin/env python3
"""Writes docs/performance.md from a run, and fails if a figure is over its limit.

    bench/performance.py target/release/railpack2docker [PLAN…]

Measures whole processes, from start to exit: processor time and peak memory. Each runs several times,
and the best run counts, because other load can only add to it. PLAN are more plans, such as real ones;
the largest of them is in the table."""

import argparse
import ctypes
import os
import pathlib
import platform
import sys
import tempfile

import generated

PAGE = generated.ROOT / "docs" / "performance.md"
STEPS = [10, 100, 1_000, 10_000, 100_000]
SHAPES = {
    "chain": "each step starts from the one before",
    "fan": "the image copies from every step",
    "diamonds": "steps branch and join again",
    "inputs": "each step copies from up to nine others",
    "environment": "each step has its own variable, and those of all steps before it",
    "secrets": "each step lists a different subset of the plan's twenty secrets",
    "caches": "each step has its own two caches",
    "commands": "one step with this many commands, of five kinds in turn",
    "application": "the nine steps of a large Railpack application, repeated",
}
LARGEST = {"application": 10_000}
MIB = 1024 * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("plans", type=pathlib.Path, nargs="*")
    args = parser.parse_args()
    binary = args.binary.resolve()
    adopt_orphans()
    complaints = []
    page = PAGE_START.format(machine=machine(), command=f"bench/performance.py {args.binary} PLAN…")
    small = [("the example `static-caddy`", generated.plan("example static-caddy", "")),
             ("the example `monorepo`", generated.plan("example monorepo", ""))]
    if args.plans:
        small.append(("the largest real plan", max(args.plans, key=lambda plan: plan.stat().st_size)))
    for name, plan in small:
        seconds, memory = measured(binary, plan, runs=50)
        page += f"| {name}, {plan.stat().st_size / 1024:.1f} KiB | {seconds * 1000:.1f} ms | {memory / MIB:.1f} MiB |\n"
        print(name, f"{seconds * 1000:.1f} ms, {memory / MIB:.1f} MiB", flush=True)
        if seconds > 0.003 or memory > 12e6:
            complaints.append(f"{name} takes more than 3 ms or 12 MB")
    page += SHAPES_START
    with tempfile.TemporaryDirectory() as folder:
        for shape, what in SHAPES.items():
            row = [f"{shape}: {what}"]
            seconds = {}
            for steps in (steps for steps in STEPS if steps <= LARGEST.get(shape, STEPS[-1])):
                plan = generated.plan(f"{shape} {steps}", folder)
                seconds[steps], memory = measured(binary, plan, runs=3 if steps == STEPS[-1] else 7)
                plan.unlink()
                row.append(f"{1000 * seconds[steps]:,.{0 if steps > 1_000 else 1}f} ms")
                if steps == 10_000:
                    row[-1] += f", {memory / MIB:.0f} MiB"
                    if seconds[steps] > 0.5 or memory > 200e6:
                        complaints.append(f"{shape}: 10,000 steps take more than half a second or 200 MB")
            growth = seconds[100_000] / seconds[10_000] if 100_000 in seconds else None
            row += ["—"] * (1 + len(STEPS) - len(row)) + [f"{growth:.1f}" if growth else "—"]
            if growth and growth > 15:
                complaints.append(f"{shape}: ten times the steps take {growth:.1f} times the time")
            page += f"| {' | '.join(row)} |\n"
            print(*row, sep=" | ", flush=True)
    PAGE.write_text(page + PAGE_END)
    for complaint in complaints:
        print("error:", complaint)
    sys.exit(1 if complaints else 0)


def machine():
    cpu = next(line.split(": ")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    return f"{cpu}, {os.cpu_count()} processors, {platform.system()} {platform.release()}, {generated.rustc()}"


def adopt_orphans():
    """Makes this process inherit the children of its children."""
    PR_SET_CHILD_SUBREAPER = 36
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def measured(binary, plan, runs):
    """The seconds and bytes of the best run."""
    times, memories = zip(*(run(binary, plan) for _ in range(runs)))
    return min(times), min(memories)


def run(binary, plan):
    # the peak memory of a child is at least that of its parent, so a shell, smaller than Python, starts
    # it and exits
    leave = ["sh", "-c", '"$@" >/dev/null 2>&1 &', "sh", str(binary), str(plan)]
    shell = os.posix_spawn("/bin/sh", leave, {"PATH": "/usr/bin:/bin"})
    os.waitpid(shell, 0)
    _, status, used = os.wait4(-1, 0)
    if status != 0:
        sys.exit(f"{plan}: exit {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


PAGE_START = """# Performance

railpack2docker turns a plan into a Dockerfile in milliseconds, and a plan that is ten times as large takes about ten times as long.

The figures are for whole processes, from start to exit: processor time and peak memory. They come from a run of `{command}` on a machine with {machine}. The script writes this page, and fails if a figure is over its limit.

## Small plans

A real plan takes at most 3 ms and 12 MB.

| plan | time | memory |
|---|---|---|
"""

SHAPES_START = """
## Large plans

Real plans have about five to ten steps. These plans are generated by `cargo run --package railpack2docker-bench -- SHAPE STEPS`, to show how the time grows. 10,000 steps take at most half a second and 200 MB, and 100,000 steps at most 15 times as long as 10,000.

| shape | 10 steps | 100 | 1,000 | 10,000 | 100,000 | 100,000 ÷ 10,000 |
|---|---|---|---|---|---|---|
"""

PAGE_END = """
A small plan can need a large Dockerfile: each step that adds to PATH has a longer PATH than the step before, and each command mounts every secret. More than 7 MiB of text, which exceeds BuildKit's limit, gives the warning [`large-dockerfile`](lints/large-dockerfile.md), and more than 128 MiB the error [`huge-dockerfile`](lints/huge-dockerfile.md).

## More measurements

* `cargo bench --package railpack2docker-bench` measures each phase: parsing a plan and resolving its names, lowering to instructions, rendering, and checking. With `PLAN=/path/to/plan.json` it also measures that plan.
* `bench/instructions.py` counts instructions with callgrind; unlike the time, this count does not depend on other load. CI compares it with `bench/instructions.tsv`.
* `bench/image_cost.py` builds images, and compares commands, layers and bytes with `bench/image-cost.tsv`.
"""

main()
