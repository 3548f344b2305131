"""A program with crates of crates.io, which counts requests."""

from answers import expect_answer

EXAMPLE = "rust"
COMMANDS = ["mkdir -p bin", "cargo build --release", "cp target/release/hits bin"]


def check(run):
    application = run.application(EXAMPLE)
    application.expect_runs(application.build_cold(), COMMANDS)
    application.expect_runs(application.build(), [])
    with application.running() as address:
        expect_answer(address + "/bread", 200, "/bread: 1")
        expect_answer(address + "/bread?fresh", 200, "/bread: 2")
        expect_answer(address + "/health", 200, "ok")
        expect_answer(address + "/bread", 405, "GET a path", method="POST")
    return application
