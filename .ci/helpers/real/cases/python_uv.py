"""Flask and gunicorn from PyPI, in a virtual environment that uv makes from the lock file."""

import json

from answers import expect_answer
from application import expect
from network import get

EXAMPLE = "python-uv"
INSTALL = "uv sync --locked --no-dev --no-install-project"
BUILD = ["uv sync --locked --no-dev --no-editable", "python -m tides check"]


def check(run):
    application = run.application(EXAMPLE)
    application.expect_runs(application.build_cold(), [INSTALL, *BUILD])
    application.expect_rebuild("main.py", f"# {run.prefix}\n", BUILD)
    with application.running() as address:
        status, body = get(address + "/")
        water = json.loads(body)
        expect(status == 200 and water["station"] == "harbour" and abs(water["metres"]) < 2, f"unexpected answer: {status} {body}")
        expect_answer(address + "/lagoon", 200, '"station":"lagoon"')
        expect_answer(address + "/health", 200, '{"stations":2}')
        expect_answer(address + "/nothing", 404, "no such station")
    return application
