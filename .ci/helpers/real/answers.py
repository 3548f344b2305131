"""What an application answers."""

from application import expect
from network import get


def expect_answer(url, status, text, **request):
    """Expects an answer with this status, and with this text in its body."""
    answered, body = get(url, **request)
    expect((answered, text in body) == (status, True), f"{url}: expected {status} with `{text}`, got {answered}:\n{body[:2000]}")
