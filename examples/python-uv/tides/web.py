"""The web application: `python -m tides.web`."""

import json
import os
from datetime import UTC, datetime
from wsgiref.simple_server import make_server

from tides import model


def app(environ, start_response):
    name = environ["PATH_INFO"].strip("/") or os.environ.get("TIDES_STATION", "harbour")
    if name == "health":
        return answer(start_response, "200 OK", {"stations": len(model.STATIONS)})
    if name not in model.STATIONS:
        return answer(start_response, "404 Not Found", {"error": "no such station"})
    now = datetime.now(UTC)
    water = {"station": name, "at": now.isoformat(), "metres": round(model.height(name, now), 2)}
    return answer(start_response, "200 OK", water)


def answer(start_response, status, body):
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]


if __name__ == "__main__":
    make_server("", int(os.environ.get("PORT", "8000")), app).serve_forever()
