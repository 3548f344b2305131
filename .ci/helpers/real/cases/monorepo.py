"""One process serves the API and the site, which two steps build from one lock file."""

from answers import expect_answer

EXAMPLE = "monorepo"


def check(run):
    application = run.application(EXAMPLE)
    application.build_cold()
    with application.running() as address:
        expect_answer(address + "/", 200, "Bread in the morning")
        expect_answer(address + "/api/stock", 200, '{"name":"bread","left":12}')
        expect_answer(address + "/nothing", 404, "not found")
    return application
