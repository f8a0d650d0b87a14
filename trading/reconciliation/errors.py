"""Why something is not taken in, or not closed."""


class ReconciliationRefused(Exception):
    """An anticipated reason not to take a step: ``code`` for machines, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
