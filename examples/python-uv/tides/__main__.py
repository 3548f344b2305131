"""`python -m tides check` looks at the stations before they are shipped."""

import sys

from tides import model


def check() -> int:
    for name, waves in model.STATIONS.items():
        if not waves or any(wave.amplitude <= 0 for wave in waves):
            print(f"{name}: a wave without a height", file=sys.stderr)
            return 1
        print(f"{name}: {len(waves)} waves")
    return 0


if __name__ == "__main__":
    if sys.argv[1:] != ["check"]:
        sys.exit("usage: python -m tides check")
    sys.exit(check())
