"""Digests for those who supervise an area: composing them, asking for them, and sending them at their times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.services.digest_pages import DigestPages
from bot.services.digest_sections import DigestSection
from bot.services.opening import path_of
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from routing.areas import BUILDING, AreaTree
from routing.digest import Digest
from routing.digest_composition import Below, Material, build_digest
from routing.digest_schedule import DigestRules, Period, Slot, period_start, previous_slot, slots_due
from routing.errors import NotAllowed
from routing.outgoing import Content, Outgoing
from routing.privacy import mask_numbers
from routing.rates import Rate
from routing.rota import held_by
from routing.script import Script
from routing.staff import Actor, Staff
from routing.ticket_events import EventKind


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person who gets digests, and the areas that the person supervises."""

    account: int
    area_codes: tuple[str, ...]


class DigestService:
    """Digests of a district. ``platform`` is where the staff's accounts are."""

    def __init__(
        self,
        rules: Rules,
        digests: DigestRules,
        *,
        platform: str,
        clock: Clock,
        sections: Sequence[DigestSection] = (),
    ) -> None:
        self._rules = rules
        self._sections = tuple(sections)
        self._digests = digests
        self._platform = platform
        self._clock = clock
        self._zone = rules.clocks.calendar.timezone
        self._pages = DigestPages(rules.wording, digests.ranking_length)

    async def compose(self, work: UnitOfWork, area_code: str, period: Period, at: datetime) -> Digest:
        """The digest of an area over the period that ends at ``at`` (aware); raises ``UnknownArea``.

        Counts are those of the period. Which tickets are open, and who has them, is read now, as no history of it is
        kept; their clocks are read at ``at``, so a digest composed minutes after its slot is still that of the slot.
        """
        return await self._compose(work, area_code, period, at, _names(await work.staff.all()))

    def content(self, digest: Digest, script: Script) -> tuple[Content, ...]:
        """The digest as messages, each within the platform's limit."""
        return self._pages.of(digest, script)

    async def on_demand(self, work: UnitOfWork, actor: Actor, period: Period) -> tuple[Content, ...]:
        """What ``/digest`` answers: the period up to now, for each area that the person supervises.

        Raises:
            NotAllowed: the person has no post that supervises an area.
        """
        tree = await work.areas.tree()
        supervising = [post for post in actor.posts if post.role in self._digests.recipients]
        area_codes = _distinct_areas(supervising, tree)
        if not area_codes:
            raise NotAllowed("digest")
        names = _names(await work.staff.all())
        digests = [await self._compose(work, code, period, self._clock(), names) for code in area_codes]
        return tuple(content for digest in digests for content in self.content(digest, Script.HANS))

    def due(self) -> tuple[Slot, ...]:
        """The slots that should have been sent by now and are not too old."""
        return slots_due(self._digests, self._clock(), self._zone)

    async def recipients(self, work: UnitOfWork, slot: Slot) -> tuple[Recipient, ...]:
        """Everybody on duty and within reach whose post supervises an area and gets digests of this period.

        Who stands in for somebody at the time of the slot gets that one's digests. Hours of duty are not looked at: a
        digest may well come before they begin.
        The order is the same in every process: two that send at once then wait for each other's rows in one direction
        only, and never lock each other out.
        """
        tree = await work.areas.tree()
        posts: dict[int, list[Staff]] = {}
        for post in held_by(await work.staff.all(), await work.staff.absences(slot.at), slot.at):
            wants = slot.period in self._digests.recipients.get(post.role, frozenset())
            if wants and post.account is not None and post.on_duty and post.reachable:
                posts.setdefault(post.account, []).append(post)
        areas = {account: _distinct_areas(held, tree) for account, held in posts.items()}
        return tuple(Recipient(account, areas[account]) for account in sorted(areas) if areas[account])

    async def send(self, work: UnitOfWork, slot: Slot, recipients: Sequence[Recipient]) -> int:
        """Puts the slot's digests into the outbox for those who do not have them yet; returns how many people."""
        waiting = [
            recipient
            for recipient in recipients
            if await work.digests.first_time(recipient.account, slot.period.value, slot.at)
        ]
        if not waiting:
            return 0
        names = _names(await work.staff.all())
        contents: dict[str, tuple[Content, ...]] = {}
        for code in dict.fromkeys(code for recipient in waiting for code in recipient.area_codes):
            digest = await self._compose(work, code, slot.period, slot.at, names)
            await work.standings.keep_told(code, slot.period, slot.at, digest.standings)
            contents[code] = self.content(digest, Script.HANS)
        await work.outbox.add(
            *(
                Outgoing(platform=self._platform, chat_id=recipient.account, content=content)
                for recipient in waiting
                for code in recipient.area_codes
                for content in contents[code]
            )
        )
        return len(waiting)

    async def _compose(
        self, work: UnitOfWork, area_code: str, period: Period, at: datetime, names: Mapping[int, str]
    ) -> Digest:
        tree, wording = await work.areas.tree(), self._rules.wording
        area, path, at = tree.get(area_code), path_of(tree, area_code), at.astimezone(UTC)
        start = period_start(period, at, self._zone)
        since = previous_slot(self._digests, period, at, self._zone)
        paths = {path_of(tree, child.code): child for child in tree.children(area_code) if child.level != BUILDING}
        counts_below = await work.digests.counts_by_child(tuple(paths), start, at) if paths else {}
        material = Material(
            area=area,
            period=period,
            start=start,
            end=at,
            counts=await work.digests.counts(path, start, at),
            open_tickets=await work.digests.open_tickets(path),
            below=[Below(child, prefix, counts_below[prefix]) for prefix, child in paths.items()],
            escalated=await work.digests.events_between(path, {EventKind.ESCALATED}, since, at),
            escalated_since=since,
            holders=names,
            rated=await self._rated(work, path, start, at),
            disputes=await work.disputes.find(path, since=start),
            disputed=await work.digests.disputed_tickets(path),
            earlier=await work.standings.told_before(area_code, period, at),
        )
        notes = [await section.lines(work, area_code, start, at) for section in self._sections]
        digest = build_digest(
            material,
            colour_of=lambda ticket: self._rules.colour(ticket, at),
            place_of=lambda ticket: mask_numbers(wording.place(ticket, tree, public=True)),
            satisfied=self._digests.satisfied,
            thresholds=self._rules.clocks.sla.standing,
        )
        return replace(digest, notes=tuple(lines for lines in notes if lines))

    async def _rated(self, work: UnitOfWork, path: str, start: datetime, at: datetime) -> dict[int, Rate]:
        satisfied = self._digests.satisfied
        ratings = await work.standings.ratings(path, start, at)
        return {
            post_id: Rate(sum(count for one, count in said.items() if one in satisfied), sum(said.values()))
            for post_id, said in ratings.items()
        }


def _names(posts: Sequence[Staff]) -> dict[int, str]:
    return {post.id: post.name for post in posts}


def _distinct_areas(posts: Sequence[Staff], tree: AreaTree) -> tuple[str, ...]:
    """The areas of the posts, each once, in the order of the register; areas that are no more are left out."""
    return tuple(dict.fromkeys(post.area_code for post in posts if post.area_code in tree))
