"""A page of PostgreSQL's rows, rendered by the build, and a route that writes with the credentials of another role."""

import by_hand
import leaks
from answers import expect_answer

EXAMPLE = "nextjs-database-url"
DATABASE = "reading_list"
BUILD = "npm run build"


def check(run):
    postgres = run.postgres()
    postgres.sql(f"CREATE DATABASE {DATABASE}")
    application = run.application(EXAMPLE)
    postgres.sql((application.folder / "db/schema.sql").read_text(), DATABASE)

    def secrets(password):
        return {"DATABASE_URL": postgres.url("reading_list_build", password, DATABASE)}

    password = postgres.new_password("reading_list_build")
    application.expect_failure(application.build(), "DATABASE_URL")
    application.expect_failure(application.build(secrets("wrong")), "password authentication failed")

    application.build_cold(secrets(password))
    application.expect_runs(application.build(secrets(password)), [])
    password = postgres.new_password("reading_list_build")
    application.expect_runs(application.build(secrets(password)), [BUILD])
    application.expect_runs(application.build(secrets(password)), [])

    # the password as a build arg is in the history of the image
    images = {"node:24-slim": by_hand.base(application, secrets(password))}
    by_hand.build(application, images, arguments=secrets(password))
    leaks.expect_some(application, f"{application.image}-by-hand")

    web = postgres.url("reading_list_web", postgres.new_password("reading_list_web"), DATABASE)
    with application.running({"DATABASE_URL": web}) as address:
        expect_answer(address + "/", 200, "The Left Hand of Darkness")
        expect_answer(address + "/api/books/3/read", 200, '{"id":3,"title":"The Summer Book"}', method="POST")
        expect_answer(address + "/api/books/9/read", 404, "no such book", method="POST")
    return application
