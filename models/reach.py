"""Whether the database can be reached at all, said in one way for every driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import DBAPIError

from routing.errors import QunbanError


class DatabaseAway(QunbanError):
    """The database cannot be reached or refuses us; ``reason`` holds no address and no password."""

    code = "database_away"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def reaching_database() -> Iterator[None]:
    """Turns what a driver raises into ``DatabaseAway``. Drivers raise their own errors before a connection stands."""
    try:
        yield
    except DBAPIError as error:
        raise DatabaseAway(type(error.orig).__name__) from error
    except (PostgresError, InterfaceError) as error:
        raise DatabaseAway(type(error).__name__) from error
    except OSError as error:
        raise DatabaseAway(error.strerror or type(error).__name__) from error
