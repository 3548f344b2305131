"""Ports of loopback, and requests to them."""

import socket
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url, *, method="GET", data=None, headers=None):
    """The status and the body of a response, whatever the status."""
    request = urllib.request.Request(url, method=method, data=data, headers=headers or {})
    # not through a proxy of this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wait_for(url, alive, seconds=30):
    """Waits for a server that answers, and fails early if `alive` returns false."""
    end = time.monotonic() + seconds
    while True:
        try:
            return get(url)
        except OSError:
            if not alive():
                raise RuntimeError(f"{url}: the server ended before it answered") from None
            if time.monotonic() > end:
                raise RuntimeError(f"{url}: no answer in {seconds} seconds") from None
        time.sleep(0.1)
