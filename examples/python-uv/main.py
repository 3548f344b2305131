"""The web application: `gunicorn main:app`."""

import os
from datetime import UTC, datetime

from flask import Flask

from tides import model

STATION = os.environ.get("TIDES_STATION", "harbour")

app = Flask(__name__)


@app.get("/health")
def health():
    return {"stations": len(model.STATIONS)}


@app.get("/")
@app.get("/<name>")
def water(name: str = STATION):
    if name not in model.STATIONS:
        return {"error": "no such station"}, 404
    now = datetime.now(UTC)
    return {"station": name, "at": now.isoformat(), "metres": round(model.height(name, now), 2)}
