"""Price bands: how far from a reference trades may be (limit up, limit down)."""


def edges(reference_px: int | None, bps: int) -> tuple[int, int] | None:
    """The lowest and the highest price of a band of `bps` basis points around the reference, in ticks.

    None without a reference, or without a band (HALT-013).
    """
    if reference_px is None or not bps:
        return None
    distance = reference_px * bps // 10_000
    return max(1, reference_px - distance), reference_px + distance
