"""A package of a private registry: without the right token there is no install, and a new token installs again."""

from answers import expect_answer

EXAMPLE = "node-private-registry"
COMMANDS = ["mkdir -p /app/node_modules/.cache", "npm ci", "npm prune --omit=dev --ignore-scripts", "npm run build"]


def check(run):
    registry = run.registry()
    application = run.application(EXAMPLE)
    use_registry(application.folder / ".npmrc", registry.address)
    application.expect_failure(application.build(), "NPM_TOKEN")
    application.expect_failure(application.build({"NPM_TOKEN": "not-a-token"}), "npm error code E401")

    application.expect_runs(application.build_cold({"NPM_TOKEN": registry.token}), COMMANDS)
    application.expect_runs(application.build({"NPM_TOKEN": registry.token}), [])
    old = registry.token
    registry.rotate()
    application.expect_runs(application.build({"NPM_TOKEN": registry.token}), COMMANDS)
    application.expect_failure(application.build({"NPM_TOKEN": old}, ["--no-cache-filter=install"]), "npm error code E401")

    with application.running() as address:
        expect_answer(address + "/?name=Ada", 200, '{"greeting":"Hello, Ada!"}')
    return application


def use_registry(path, address):
    """Replaces the registry, which only exists in the example."""
    text = path.read_text()
    path.write_text(text.replace("https://registry.example.com/", address).replace("//registry.example.com/", address.removeprefix("http:")))
