"""Lists in chat: /todo, /mine, /overdue and /find, each no longer than a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.services.audit import note_look
from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from routing.areas import AreaTree
from routing.errors import NotAllowed
from routing.outgoing import Content
from routing.permissions import RANK, may_claim
from routing.queries import TicketFilter
from routing.script import Script, to_hans, to_hant
from routing.staff import Actor, Role, Staff
from routing.ticket import OPEN_STATUSES, Status, Ticket

SHOWN = 20
"""Lines of a list; more do not fit on a telephone and would not be read."""

_POOL = 200


class ListService:
    """Answers the commands that list tickets."""

    def __init__(self, rules: Rules, clock: Clock) -> None:
        self._rules = rules
        self._clock = clock

    async def todo(self, work: UnitOfWork, actor: Actor) -> Content:
        """What the person has, then what lies in the pool and they may claim, the most pressing first."""
        if not actor.posts:
            raise NotAllowed("todo")
        ids = frozenset(post.id for post in actor.posts)
        own = await work.tickets.find(TicketFilter(statuses=OPEN_STATUSES, assignee_ids=ids), limit=_POOL)
        pool: list[Ticket] = []
        tree = await work.areas.tree()
        for path in dict.fromkeys(self._path(tree, post) for post in actor.posts):
            free = TicketFilter(statuses=frozenset({Status.DISPATCHED}), area_path=path, in_pool=True)
            pool += await work.tickets.find(free, limit=_POOL)
        claimable = {t.id: t for t in pool if any(may_claim(post, t) for post in actor.posts)}
        now = self._clock()
        tickets = sorted(own, key=self._pressing) + sorted(claimable.values(), key=self._pressing)
        await note_look(work, actor, "/todo", now, tickets[:SHOWN])
        listed = self._list("todo", tickets, tree, now, public=False)
        helping = await work.subtasks.open_of(ids)
        if not helping:
            return listed
        say = self._rules.wording.say
        lines = [say("lists.helping", count=len(helping))]
        for one in helping[:SHOWN]:
            ticket = await work.tickets.get(one.ticket_id)
            lines.append(say("lists.line_helping", number=ticket.number, task=one.task))
        return replace(listed, lines=(*listed.lines, *lines))

    async def mine(
        self, work: UnitOfWork, actor: Actor, platform: str, script: Script, group: int | None = None
    ) -> Content:
        """What the person reported, newest first; in a ``group`` only what was reported there, in everybody's sight.

        Whoever reported in private, or without a name, must not be shown with it by asking in a group.
        """
        wanted = TicketFilter(platform=platform, reporter=actor.account, group_chat_id=group)
        tickets = [self._rules.as_public(one) for one in await work.tickets.find(wanted, limit=SHOWN + 1)]
        if not tickets and group is not None:
            return Content(lines=(self._rules.wording.say("lists.mine_not_here", script),))
        return self._list("mine", tickets, await work.areas.tree(), self._clock(), public=True, script=script)

    async def overdue(self, work: UnitOfWork, actor: Actor) -> Content:
        """Every open ticket in the person's areas of which a limit has run out, the oldest first."""
        tree, now = await work.areas.tree(), self._clock()
        found: dict[int, Ticket] = {}
        for path in self._areas(actor, tree, "overdue"):
            wanted = TicketFilter(area_path=path, overdue_at=now)
            found.update({ticket.id: ticket for ticket in await work.tickets.find(wanted, limit=_POOL)})
        tickets = sorted(found.values(), key=lambda ticket: self._due(ticket, now))
        holders = {i: (await work.staff.get(i)).name for i in {t.assignee_id for t in tickets[:SHOWN]} if i is not None}
        say = self._rules.wording.say
        lines = tuple(
            say(
                "lists.line_holder",
                **self._fields(ticket, tree, now, public=True),
                holder=holders.get(ticket.assignee_id or 0, say("digest.holder.pool")),
                late=self._rules.wording.span(now - self._due(ticket, now)),
            )
            for ticket in tickets[:SHOWN]
        )
        return self._titled("overdue", len(tickets), lines)

    async def find(self, work: UnitOfWork, actor: Actor, word: str) -> Content:
        """Tickets in the person's areas whose number, text, result or service has the word, newest first.

        The word is looked for in both scripts, since people write in either.
        """
        tree, now = await work.areas.tree(), self._clock()
        services = self._rules.catalogue.services.values()
        wanted = [TicketFilter(word=spelling) for spelling in dict.fromkeys((word, to_hans(word), to_hant(word)))]
        wanted += [TicketFilter(service_code=one.code) for one in services if to_hans(word) in one.name]
        found: dict[int, Ticket] = {}
        for path in self._areas(actor, tree, "find"):
            for one in wanted:
                tickets = await work.tickets.find(replace(one, area_path=path), limit=SHOWN + 1)
                found.update({ticket.id: ticket for ticket in tickets})
        newest = sorted(found.values(), key=lambda ticket: (ticket.created_at, ticket.id), reverse=True)
        await note_look(work, actor, "/find", now, newest[:SHOWN], about=word)
        return self._list("find", newest, tree, now, public=False)

    def _areas(self, actor: Actor, tree: AreaTree, command: str) -> tuple[str, ...]:
        """The areas that the person supervises; raises ``NotAllowed`` for those who supervise none."""
        posts = [post for post in actor.posts if RANK[post.role] >= RANK[Role.GRID_LEAD]]
        if not posts:
            raise NotAllowed(command)
        return tuple(dict.fromkeys(self._path(tree, post) for post in posts))

    @staticmethod
    def _path(tree: AreaTree, post: Staff) -> str:
        return "".join(f"{area.code}/" for area in reversed(tree.path(post.area_code)))

    @staticmethod
    def _pressing(ticket: Ticket) -> tuple[int, datetime]:
        return -ticket.urgency.rank, ticket.resolve_due_at

    @staticmethod
    def _due(ticket: Ticket, now: datetime) -> datetime:
        """The limit that ran out: the one to claim it where nobody has, else the one to finish it."""
        is_unclaimed = ticket.status is Status.DISPATCHED and ticket.accept_due_at <= now
        return ticket.accept_due_at if is_unclaimed else ticket.resolve_due_at

    def _fields(self, ticket: Ticket, tree: AreaTree, now: datetime, *, public: bool) -> dict[str, object]:
        say, wording = self._rules.wording.say, self._rules.wording
        return {
            "colour": say(f"colour.{self._rules.colour(ticket, now)}").split(" ")[0],
            "number": ticket.number,
            "service": wording.service(ticket.service_code),
            "place": wording.place(ticket, tree, public=public),
            "status": say(f"status.{ticket.status}"),
        }

    def _list(
        self,
        name: str,
        tickets: list[Ticket] | tuple[Ticket, ...],
        tree: AreaTree,
        now: datetime,
        *,
        public: bool,
        script: Script = Script.HANS,
    ) -> Content:
        lines = tuple(
            self._rules.wording.say("lists.line", script, **self._fields(ticket, tree, now, public=public))
            for ticket in tickets[:SHOWN]
        )
        return self._titled(name, len(tickets), lines, script)

    def _titled(self, name: str, count: int, lines: tuple[str, ...], script: Script = Script.HANS) -> Content:
        say = self._rules.wording.say
        if not count:
            return Content(lines=(say(f"lists.{name}_empty", script),))
        more = (say("lists.more", script, count=count - len(lines)),) if count > len(lines) else ()
        return Content(say(f"lists.{name}_title", script, count=count), (*lines, *more))
