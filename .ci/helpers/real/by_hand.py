"""Dockerfiles as people write them by hand, of `bench/rebuilds`, to compare with."""

import re

import engine
from application import ROOT

# the ID of a cache is its target, unless it has one
CACHE_TARGET = re.compile(r"(--mount=type=cache),target=(\S+)")


def base(application, secrets=()):
    """The stage with the tools as an image, which stands in for the images that these Dockerfiles start from."""
    image = image_of(application, "tools")
    build = engine.build(
        application.dockerfile,
        application.folder,
        image,
        secrets=secrets,
        arguments=application.arguments(secrets),
        options=["--target=packages-mise"],
    )
    application.succeed(build)
    return image


def build(application, images, *, secrets=(), arguments=(), path=None):
    """Builds the Dockerfile, with replacements for images, and with caches that only this run uses."""
    text = (path or ROOT / f"bench/rebuilds/{application.example}.Dockerfile").read_text()
    own = application.run.folder / f"{application.example}.by-hand.Dockerfile"
    own.write_text(CACHE_TARGET.sub(rf"\1,id={application.run.prefix}-by-hand-\2,target=\2", text))
    return application.succeed(
        engine.build(
            own,
            application.folder,
            image_of(application, "by-hand"),
            secrets=secrets,
            arguments=[f"{name}={value}" for name, value in dict(arguments).items()],
            options=[f"--build-context={name}=docker-image://{image}" for name, image in images.items()],
        )
    )


def image_of(application, kind):
    """The name of an image that the run removes."""
    image = f"{application.image}-{kind}"
    application.run.stack.callback(engine.remove_image, image)
    return image
