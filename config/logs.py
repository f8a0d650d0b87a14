"""What is left out of the logs."""

import logging

from django.db import InterfaceError, OperationalError

# SQLSTATE, as it begins, where the server still said something: no connection, too many, shutting down.
AWAY = ("08", "53300", "57P")


class OutageInALine(logging.Filter):
    """While the database is away everybody fails at the same thing, which no traceback explains."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and _is_outage(error):
            reason = " ".join(str(error).split())
            record.msg, record.args = "%s (%s: %s)", (record.getMessage(), type(error).__name__, reason)
            record.exc_info = record.exc_text = None
        return True


def _is_outage(error: BaseException) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return isinstance(error, OperationalError | InterfaceError) and (state is None or state.startswith(AWAY))
