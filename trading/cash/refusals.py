"""Why cash does not come or go."""


class CashRefused(Exception):
    """An anticipated reason: ``code`` for machines, the text for people, ``field`` where one value is to
    blame. Nothing has changed."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
