"""A guestbook in SQLite, which PHP migrates when the container starts."""

from answers import expect_answer

EXAMPLE = "php"
BUILD = ["mkdir -p storage && chmod -R a+rw storage", "composer dump-autoload --optimize --no-dev"]


def check(run):
    application = run.application(EXAMPLE)
    application.build_cold()
    application.expect_rebuild("public/index.php", f"<!-- {run.prefix} -->\n", BUILD)
    with application.running() as address:
        expect_answer(address + "/", 200, "<h1>Guestbook</h1>")
        expect_answer(address + "/", 200, "<p>Moon &amp; bread</p>", method="POST", data=b"name=Ada&message=Moon+%26+bread")
        expect_answer(address + "/index.php/", 200, "Moon &amp; bread")
    return application
