"""A release, with the Erlang runtime in it."""

from answers import expect_answer

EXAMPLE = "elixir"


def check(run):
    application = run.application(EXAMPLE)
    application.build_cold()
    application.expect_rebuild("priv/greetings.txt", f"{run.prefix}\n", ["mix compile", "mix release"])
    with application.running() as address:
        expect_answer(address + "/Ada", 200, ", Ada!")
        expect_answer(address + "/Ada", 405, "GET a name", method="POST")
    return application
