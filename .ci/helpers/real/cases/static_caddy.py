"""Caddy serves pages: by their names, by their names without `.html`, and its own page for all others."""

from answers import expect_answer

EXAMPLE = "static-caddy"


def check(run):
    # without --exec, bash stays process 1, and the container is killed: the lint `shell-as-pid-1`
    application = run.application(EXAMPLE, "--exec")
    application.build_cold()
    with application.running() as address:
        expect_answer(address + "/", 200, "<h1>Moon garden</h1>")
        expect_answer(address + "/opening-hours", 200, "From dusk to midnight")
        expect_answer(address + "/style.3f9c2a1b.css", 200, "max-width")
        expect_answer(address + "/nothing", 404, "Nothing grows here")
    return application
