"""What can be wrong between the product and its database, beyond the errors of the core."""

from __future__ import annotations

from routing.errors import QunbanError


class DatabaseUrlInvalid(QunbanError):
    """The database URL cannot be used. The URL itself is no field of it, as it may hold a password."""

    code = "database_url"

    def __init__(self, reason: str) -> None:
        """``reason`` is a code: "malformed", "scheme" (neither SQLite nor PostgreSQL) or "name" (no database)."""
        super().__init__(reason)
        self.reason = reason
