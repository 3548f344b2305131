"""The height of the water, from the harmonic constituents of a station."""
