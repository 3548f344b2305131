"""Adds up the waves that make a tide."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Constituent:
    """One wave: metres, degrees an hour, degrees at the epoch."""

    amplitude: float
    speed: float
    phase: float

    def height(self, hours: float) -> float:
        return self.amplitude * math.cos(math.radians(self.speed * hours - self.phase))


STATIONS = {
    "harbour": (
        Constituent(amplitude=1.32, speed=28.984104, phase=142.0),  # M2, the moon
        Constituent(amplitude=0.41, speed=30.0, phase=187.0),  # S2, the sun
        Constituent(amplitude=0.09, speed=15.041069, phase=12.0),  # K1, both
    ),
    "lagoon": (
        Constituent(amplitude=0.23, speed=28.984104, phase=201.0),
        Constituent(amplitude=0.17, speed=15.041069, phase=77.0),
    ),
}


def height(station: str, at: datetime) -> float:
    """Metres above the mean level."""
    hours = (at - EPOCH).total_seconds() / 3600
    return sum(wave.height(hours) for wave in STATIONS[station])
