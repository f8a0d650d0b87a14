from compliance.models.screening import (
    ListedEntry,
    ListedName,
    ScreeningHit,
    ScreeningList,
    ScreeningRun,
)

__all__ = ["ListedEntry", "ListedName", "ScreeningHit", "ScreeningList", "ScreeningRun"]
