"""The tree of errors: stable codes and data as fields, never texts for people.

The edges turn a code into a sentence of the reader's language; a test walks the tree and fails
where a code has no sentence.
"""

from __future__ import annotations

from typing import ClassVar


class QunbanError(Exception):
    """Root of every error that this product raises on purpose."""

    code: ClassVar[str] = "error"

    def fields(self) -> dict[str, object]:
        """The data of the error, by name, for the sentence that a person reads."""
        return dict(vars(self))


class RoutingError(QunbanError):
    """A rule of the domain refused what was asked."""

    code = "refused"


class UnknownArea(RoutingError):
    """No area has this code."""

    code = "unknown_area"

    def __init__(self, area_code: str) -> None:
        super().__init__(area_code)
        self.area_code = area_code


class UnknownPost(RoutingError):
    """No post has this id."""

    code = "unknown_post"

    def __init__(self, staff_id: int) -> None:
        super().__init__(staff_id)
        self.staff_id = staff_id


class UnknownTicket(RoutingError):
    """No ticket has this number or id."""

    code = "unknown_ticket"

    def __init__(self, ticket: str) -> None:
        super().__init__(ticket)
        self.ticket = ticket


class IllegalTransition(RoutingError):
    """The ticket's state does not allow this action (a stale button, usually)."""

    code = "illegal_transition"

    def __init__(self, number: str, status: str, action: str) -> None:
        super().__init__(number, status, action)
        self.number = number
        self.status = status
        self.action = action


class NotAllowed(RoutingError):
    """The person has no post that may do this to this ticket or area."""

    code = "not_allowed"

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


class AlreadyHeld(RoutingError):
    """Somebody else has claimed the ticket."""

    code = "already_held"

    def __init__(self, number: str, holder: str) -> None:
        super().__init__(number, holder)
        self.number = number
        self.holder = holder


class LimitReached(RoutingError):
    """A cap of the rules is used up (extensions, length of an extension)."""

    code = "limit_reached"

    def __init__(self, action: str, limit: int) -> None:
        super().__init__(action, limit)
        self.action = action
        self.limit = limit


class RequestPending(RoutingError):
    """A return, extension or hold of this ticket already waits for a decision."""

    code = "request_pending"

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class ConcurrentChange(RoutingError):
    """The row changed between reading and writing; nothing was written."""

    code = "concurrent_change"

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class NotKept(QunbanError):
    """What several updates caused could not be written together; each has to be handled anew, from its beginning.

    Usually another process dealt with the same group at the same time and was first: they ``raced``.
    """

    code = "not_kept"

    def __init__(self, *, raced: bool) -> None:
        super().__init__()
        self.raced = raced
