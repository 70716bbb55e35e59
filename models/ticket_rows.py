"""Between ``Ticket`` and its row: the columns are named as the fields, so a row in their order is a ticket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from models.columns import area_path_end
from models.tables_tickets import TicketReporterRow, TicketRow
from routing.queries import TicketFilter
from routing.ticket import OPEN_STATUSES, Status, Ticket, ticket_from

_FIELDS = tuple(field.name for field in fields(Ticket))
_NEVER_SAVED = frozenset({"id", "number", "platform", "created_at", "attachments", "version"})
_NEW = tuple(name for name in _FIELDS if name != "id")
_SAVED = tuple(name for name in _FIELDS if name not in _NEVER_SAVED)
_values_of_new, _values_of_saved = attrgetter(*_NEW), attrgetter(*_SAVED)

TICKET_COLUMNS = tuple(getattr(TicketRow, name) for name in _FIELDS)
"""What to select for ``ticket_of``."""

OPEN = TicketRow.status.in_(sorted(OPEN_STATUSES))
"""A handler still owes something; written like this it is answered by the partial indexes."""


def ticket_of(row: Iterable[Any]) -> Ticket:
    """The ticket of a row of ``TICKET_COLUMNS``."""
    return ticket_from(row)


def tickets_of(rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[Ticket, ...]:
    """The tickets of such rows, in their order."""
    return tuple(map(ticket_of, rows))


def new_values(ticket: Ticket, number: str) -> dict[str, Any]:
    """The columns of a new row; the database gives the id."""
    return dict(zip(_NEW, _values_of_new(ticket), strict=True)) | {"number": number, "version": 1}


def changed_values(ticket: Ticket) -> dict[str, Any]:
    """The columns that saving a ticket writes."""
    return dict(zip(_SAVED, _values_of_saved(ticket), strict=True))


def below(area_path: str) -> ColumnElement[bool]:
    """Tickets of the area with this path and of everything below it."""
    return and_(TicketRow.area_path >= area_path, TicketRow.area_path < area_path_end(area_path))


def narrowed(wanted: TicketFilter) -> Select[*tuple[Any, ...]]:
    """The tickets that a filter asks for, newest first."""
    query = select(*TICKET_COLUMNS).order_by(TicketRow.created_at.desc(), TicketRow.id.desc())
    return query.where(*_conditions(wanted))


def _conditions(wanted: TicketFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.area_path:
        found.append(below(wanted.area_path))
    if wanted.statuses:
        found.append(TicketRow.status.in_(sorted(wanted.statuses)))
    if wanted.service_code:
        found.append(TicketRow.service_code == wanted.service_code)
    if wanted.assignee_ids is not None:
        found.append(TicketRow.assignee_id.in_(sorted(wanted.assignee_ids)))
    if wanted.in_pool:
        found.append(TicketRow.assignee_id.is_(None))
    if wanted.reporter is not None:
        joined = select(TicketReporterRow.ticket_id).where(TicketReporterRow.account == wanted.reporter)
        found.append(or_(TicketRow.reporter_id == wanted.reporter, TicketRow.id.in_(joined)))
    if wanted.platform:
        found.append(TicketRow.platform == wanted.platform)
    if wanted.group_chat_id is not None:
        found.append(TicketRow.group_chat_id == wanted.group_chat_id)
    if wanted.overdue_at is not None:
        # A ticket on hold has a stopped clock; the limit for claiming ends with the claim.
        unclaimed = and_(TicketRow.status == Status.DISPATCHED, TicketRow.accept_due_at <= wanted.overdue_at)
        unresolved = and_(
            TicketRow.status.in_([Status.DISPATCHED, Status.IN_PROGRESS]), TicketRow.resolve_due_at <= wanted.overdue_at
        )
        found.append(and_(OPEN, or_(unclaimed, unresolved)))
    if wanted.via:
        found.append(TicketRow.via.in_(sorted(wanted.via)))
    if wanted.since is not None:
        found.append(TicketRow.created_at >= wanted.since)
    if wanted.until is not None:
        found.append(TicketRow.created_at < wanted.until)
    if wanted.word:
        searched = (TicketRow.number, TicketRow.text, TicketRow.resolution)
        found.append(or_(*(column.icontains(wanted.word, autoescape=True) for column in searched)))
    return found
