"""Three secrets, of which each step sees its own; a new one re-runs the steps that list it, and those after them."""

from secrets import token_hex

from answers import expect_answer

EXAMPLE = "secrets"
# the frontend masks the values of secrets in the names of steps
CHECK = "test -n \"****\" || { echo no payment key; exit 1; }"
PAYMENTS = [CHECK, "node scripts/payments.mjs"]


def check(run):
    application = run.application(EXAMPLE)
    application.expect_failure(application.build(), "DATABASE_URL: not found")
    secrets = {
        "DATABASE_URL": f"postgres://shop:{token_hex()}@db.internal/shop",
        "API_KEY": token_hex(),
        "STRIPE_LIVE_KEY": f"sk_live_{token_hex()}",
    }
    application.build_cold(secrets)
    application.expect_runs(application.build(secrets), [])
    # new values in each run: an earlier run may have built with the same ones
    application.expect_runs(application.build({**secrets, "STRIPE_LIVE_KEY": f"sk_live_{token_hex()}"}), PAYMENTS)
    application.expect_runs(application.build({**secrets, "API_KEY": token_hex()}), ["node scripts/catalog.mjs", *PAYMENTS])
    with application.running() as address:
        expect_answer(address + "/catalog", 200, "db.internal")
        expect_answer(address + "/payments", 200, '{"mode":"live"}')
        expect_answer(address + "/time", 200, "Central European Standard Time")
        expect_answer(address + "/about", 200, "We sell three things")
        expect_answer(address + "/nothing", 404, "not found")
    return application
