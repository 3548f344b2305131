"""The search for secrets in the images, with `railpack2docker leaks`."""

import os
import subprocess

from application import expect


def expect_none(application):
    """Expects that no secret that any build of this run got is in the image."""
    if application.values:
        status, report = search(application, application.image)
        expect(status == 0, f"`leaks` ended with {status}:\n{report}")


def expect_some(application, image):
    """Expects a secret in an image: a search that never finds one proves nothing."""
    status, report = search(application, image)
    expect(status == 1 and "error[leaked-secret]" in report, f"`leaks` ended with {status}:\n{report}")


def search(application, image):
    # a name for each value, because a secret can have had several
    values = {f"VALUE_{number}": value for number, value in enumerate(sorted(application.values))}
    words = [str(application.run.binary), "leaks", image, "--plan=none", "--allow-empty", *(f"--secret={name}" for name in values)]
    done = subprocess.run(words, env={**os.environ, **values}, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr
