"""Sign-in sessions: Django's, in the database."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """A cookie may hold anything, and PostgreSQL cannot even be asked about a text with a NUL in it."""
        return key is not None and len(key) >= 8 and key.isascii() and key.isalnum()
