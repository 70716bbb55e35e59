"""Counts for digests, and which digests were sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, String, and_, delete, func, literal, or_, select, text, union_all

from models.columns import area_path_end
from models.tables_delivery import DigestSentRow
from models.tables_tickets import TicketEventRow, TicketRow
from models.ticket_rows import OPEN, TICKET_COLUMNS, below, tickets_of
from models.transaction import Transaction
from routing.queries import PeriodCounts
from routing.ticket import CLOSED_STATUSES, PATROL, PATROL_SOLVED, Satisfaction, Status, Ticket
from routing.ticket_events import EventKind, TicketEvent

_EVENT_COLUMNS = tuple(getattr(TicketEventRow, field.name) for field in fields(TicketEvent))


class SqlDigestStore:
    """What digests are made of, counted by the database."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def counts(self, area_path: str, since: datetime, until: datetime) -> PeriodCounts:
        """What happened from ``since`` until before ``until`` in the area of this path; see ``counts_by_child``."""
        return (await self.counts_by_child([area_path], since, until))[area_path]

    async def counts_by_child(
        self, child_paths: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, PeriodCounts]:
        """The counts of each area, three queries for all of them together (for each 400 of them).

        Each count is of tickets, with these exact meanings ("in the period" is ``since <= t < until``):

        - ``new``, ``by_service``: created in the period.
        - ``accepted``: the denominator of response. Dispatched in the period, and by its end either claimed or past
          the limit for it. Tickets withdrawn before anybody claimed them do not count, as nobody failed them.
        - ``accepted_on_time``: those of ``accepted`` first claimed within the limit.
        - ``resolved``: reported as done in the period and not reopened since; the denominator of completion on time.
        - ``resolved_on_time``: those of ``resolved`` done within the limit.
        - ``archived``: archived in the period and not reopened since.
        - ``asked_solved``: those of ``archived`` of which the reporter said whether it is solved; the denominator of
          the rate of ``solved``. Archived by silence is in neither.
        - ``ratings``: those of ``archived`` that were rated; their sum is the denominator of satisfaction.
        - ``street_ratings``: those of ``archived`` of which the street rated the department.
        - ``reopened``: reopened at least once in the period.
        - ``patrol_found``: created in the period by those on rounds; ``patrol_solved``: those of them that were put
          right on the spot. What was is in none of the counts above, or sweeping up a leaf would better every rate.
        - ``escalations``: the one count of events: each step up in the period counts.
        """
        counted: dict[str, PeriodCounts] = {}
        for start in range(0, len(child_paths), _MOST_AREAS):
            counted |= await self._counted(child_paths[start : start + _MOST_AREAS], since, until)
        return counted

    async def _counted(self, paths: Sequence[str], since: datetime, until: datetime) -> dict[str, PeriodCounts]:
        await self._plan_for_these_values()
        areas = _areas(paths)
        happened = await self._happened(areas, paths, since, until)
        services = await self._services(areas, since, until)
        repeated = await self._repeated(areas, since, until)
        return {
            path: PeriodCounts(
                **{name: happened.get((path, name), 0) for name in _MEASURES},
                ratings={rating: happened.get((path, rating), 0) for rating in Satisfaction},
                street_ratings={rating: happened.get((path, f"street_{rating}"), 0) for rating in Satisfaction},
                escalations=repeated.get(path, (0, 0))[0],
                reopened=repeated.get(path, (0, 0))[1],
                by_service=services.get(path, {}),
            )
            for path in paths
        }

    async def open_tickets(self, area_path: str) -> tuple[Ticket, ...]:
        """The tickets of the area that a handler still owes something for, next due first."""
        return tickets_of(
            await self._transaction.execute(
                select(*TICKET_COLUMNS).where(OPEN, below(area_path)).order_by(TicketRow.resolve_due_at, TicketRow.id)
            )
        )

    async def disputed_tickets(self, area_path: str) -> tuple[Ticket, ...]:
        """The archived tickets of the area whose contradiction nobody has decided, the oldest contradiction first."""
        return tickets_of(
            await self._transaction.execute(
                select(*TICKET_COLUMNS)
                .where(TicketRow.disputed_at.is_not(None), TicketRow.status == Status.ARCHIVED, below(area_path))
                .order_by(TicketRow.disputed_at, TicketRow.id)
            )
        )

    async def first_time(self, account: int, kind: str, slot: datetime) -> bool:
        """Marks a digest as sent by this transaction; false where it has been sent."""
        added = await self._transaction.execute(
            self._transaction.insert(DigestSentRow)
            .values(account=account, kind=kind, slot=slot)
            .on_conflict_do_nothing()
        )
        return added.rowcount == 1

    async def ever_sent(self) -> bool:
        """Whether anybody ever got a digest from this database."""
        found = await self._transaction.execute(select(DigestSentRow.account).limit(1))
        return found.first() is not None

    async def prune(self, before: datetime) -> int:
        """Forgets who was sent the digests of slots before then; returns how many rows that were."""
        erased = await self._transaction.execute(delete(DigestSentRow).where(DigestSentRow.slot < before))
        return int(erased.rowcount)

    async def events_between(
        self, area_path: str, kinds: Collection[EventKind], since: datetime, until: datetime
    ) -> tuple[TicketEvent, ...]:
        """What of these kinds happened in the area from ``since`` until before ``until``, in order."""
        if not kinds:
            return ()
        rows = await self._transaction.execute(
            select(*_EVENT_COLUMNS)
            .join(TicketRow, TicketRow.id == TicketEventRow.ticket_id)
            .where(
                below(area_path),
                TicketEventRow.kind.in_(list(kinds)),
                _within(TicketEventRow.at, since, until),
            )
            .order_by(TicketEventRow.at, TicketEventRow.id)
        )
        return tuple(TicketEvent(*row) for row in rows)

    async def _plan_for_these_values(self) -> None:
        """PostgreSQL plans anew for each period and area instead of once for any: a day is planned unlike a month."""
        if self._transaction.is_postgresql:
            await self._transaction.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))

    async def _happened(
        self, areas: CTE, paths: Sequence[str], since: datetime, until: datetime
    ) -> dict[tuple[str, str], int]:
        conditions = _conditions(since, until)
        # Only what one of the conditions may count is read, by the indexes on these columns, and that once. Left to
        # itself the database would go through all tickets of each area as well, however old.
        moved = (
            select(TicketRow.area_path, *(condition.label(name) for name, condition in conditions.items()))
            .where(
                TicketRow.area_path >= min(paths),
                TicketRow.area_path < max(map(area_path_end, paths)),
                or_(
                    _within(TicketRow.created_at, since, until),
                    _within(TicketRow.dispatched_at, since, until),
                    _within(TicketRow.resolved_at, since, until),
                    _within(TicketRow.archived_at, since, until),
                ),
            )
            .cte("moved")
            .prefix_with("MATERIALIZED")
        )
        rows = await self._transaction.execute(
            select(areas.c.path, *(func.count().filter(moved.c[name]) for name in conditions))
            .join(moved, and_(moved.c.area_path >= areas.c.path, moved.c.area_path < areas.c.path_end))
            .group_by(areas.c.path)
        )
        return {(path, name): count for path, *counts in rows for name, count in zip(conditions, counts, strict=True)}

    async def _services(self, areas: CTE, since: datetime, until: datetime) -> dict[str, dict[str, int]]:
        rows = await self._transaction.execute(
            select(areas.c.path, TicketRow.service_code, func.count())
            .join(TicketRow, _lies_in(areas))
            .where(_within(TicketRow.created_at, since, until), _HANDLED)
            .group_by(areas.c.path, TicketRow.service_code)
            .order_by(func.count().desc(), TicketRow.service_code)
        )
        services: dict[str, dict[str, int]] = {}
        for path, service_code, count in rows:
            services.setdefault(path, {})[service_code] = count
        return services

    async def _repeated(self, areas: CTE, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
        """Escalations, and tickets reopened, of each area."""
        escalated = TicketEventRow.kind == EventKind.ESCALATED
        reopened = TicketEventRow.kind == EventKind.REOPENED
        rows = await self._transaction.execute(
            select(
                areas.c.path,
                func.count().filter(escalated),
                func.count(TicketEventRow.ticket_id.distinct()).filter(reopened),
            )
            .join(TicketRow, _lies_in(areas))
            .join(TicketEventRow, TicketEventRow.ticket_id == TicketRow.id)
            .where(or_(escalated, reopened), _within(TicketEventRow.at, since, until))
            .group_by(areas.c.path)
        )
        return {path: (escalations, tickets) for path, escalations, tickets in rows}


_MOST_AREAS = 400
"""SQLite puts at most 500 selects into one (SQLITE_MAX_COMPOUND_SELECT); a flat district may have more grids."""

_MEASURES = (
    "new",
    "resolved",
    "archived",
    "accepted",
    "accepted_on_time",
    "resolved_on_time",
    "asked_solved",
    "solved",
    "patrol_found",
    "patrol_solved",
)

_HANDLED = TicketRow.via != PATROL_SOLVED
"""What somebody was sent for."""


def _conditions(since: datetime, until: datetime) -> dict[str, ColumnElement[bool]]:
    """What each measure and each rating counts, as ``counts_by_child`` explains it."""
    claimed = and_(TicketRow.first_claimed_at.is_not(None), TicketRow.first_claimed_at < until)
    lapsed = and_(
        TicketRow.accept_due_at < until,
        or_(TicketRow.status != Status.WITHDRAWN, TicketRow.first_claimed_at.is_not(None)),
    )
    accepted = and_(_within(TicketRow.dispatched_at, since, until), or_(claimed, lapsed))
    resolved = and_(_within(TicketRow.resolved_at, since, until), TicketRow.status.in_(sorted(CLOSED_STATUSES)))
    archived = and_(_within(TicketRow.archived_at, since, until), TicketRow.status == Status.ARCHIVED)
    measures: tuple[ColumnElement[bool], ...] = (
        _within(TicketRow.created_at, since, until),
        resolved,
        archived,
        accepted,
        and_(accepted, claimed, TicketRow.first_claimed_at <= TicketRow.accept_due_at),
        and_(resolved, TicketRow.resolved_at <= TicketRow.resolve_due_at),
        and_(archived, TicketRow.solved.is_not(None)),
        and_(archived, TicketRow.solved.is_(True)),
    )
    created = _within(TicketRow.created_at, since, until)
    patrols = (
        and_(created, TicketRow.via.in_((PATROL, PATROL_SOLVED))),
        and_(created, TicketRow.via == PATROL_SOLVED),
    )
    counted = (*(and_(measure, _HANDLED) for measure in measures), *patrols)
    ratings = {rating.value: and_(archived, TicketRow.satisfaction == rating) for rating in Satisfaction}
    streets = {f"street_{rating}": and_(archived, TicketRow.street_rating == rating) for rating in Satisfaction}
    return dict(zip(_MEASURES, counted, strict=True)) | ratings | streets


def _areas(paths: Sequence[str]) -> CTE:
    """The areas as a small table of ranges, so that one query counts for all of them."""
    rows = [
        select(literal(path, String).label("path"), literal(area_path_end(path), String).label("path_end"))
        for path in dict.fromkeys(paths)
    ]
    return union_all(*rows).cte("wanted")


def _lies_in(areas: CTE) -> ColumnElement[bool]:
    return and_(TicketRow.area_path >= areas.c.path, TicketRow.area_path < areas.c.path_end)


def _within(moment: Any, since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(moment >= since, moment < until)
