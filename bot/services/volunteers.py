"""Volunteers: residents sign up, the community says yes, their hours are counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.services.audit import note_look
from bot.services.desk import Answer, Press, TicketDesk
from bot.services.help_calls import HelpService
from bot.services.help_cards import hours_of
from bot.services.ports import UnitOfWork
from bot.services.rota import there_now
from bot.services.scripts import in_script, script_of_person
from routing.errors import NotAllowed, QunbanError
from routing.outgoing import Button, Content, Outgoing
from routing.queries import TicketFilter
from routing.script import to_hans
from routing.staff import Actor
from routing.volunteering import (
    COUNTS_HOURS,
    DECIDES_ON_VOLUNTEERS,
    HelpRules,
    Volunteer,
    VolunteerState,
)

VOLUNTEER_KIND = "vol_kind"
"""The button by which a volunteer offers a kind of help, or takes it back."""
VOLUNTEER_YES = "vol_yes"
VOLUNTEER_NO = "vol_no"

SHOWN = 40
_A_ROW = 3
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_MARK = "✅"


class VolunteerDecided(QunbanError):
    """Somebody has said yes or no to this volunteer already."""

    code = "volunteer_decided"


@dataclass(frozen=True, slots=True)
class Given:
    """A volunteer with the minutes given in a time and ever."""

    volunteer: Volunteer
    minutes: int
    ever: int


class VolunteerService:
    """Use cases of volunteers themselves; what they are asked to do is with ``HelpService``."""

    def __init__(self, desk: TicketDesk, help_rules: HelpRules, calls: HelpService, *, platform: str) -> None:
        self._desk = desk
        self._help = help_rules
        self._calls = calls
        self._platform = platform
        self._say = desk.rules.wording.say
        self._zone = desk.rules.clocks.calendar.timezone

    async def sign_up(self, work: UnitOfWork, actor: Actor, chat_id: int, words: str) -> Content:
        """Signs somebody up where they live: the area of the group they write in, or of what they last reported.

        ``words`` are names of kinds of help; none means any. The community is asked.
        """
        known = await work.volunteers.of_account(actor.account)
        area_code = await self._area(work, actor, chat_id) or (known.area_code if known is not None else None)
        if area_code is None:
            return Content(lines=(self._say("volunteer.no_area"),))
        kinds = tuple(dict.fromkeys(kind.code for word in to_hans(words).split() if (kind := self._help.kind(word))))
        if known is not None and known.state in {VolunteerState.ACTIVE, VolunteerState.ASKED}:
            volunteer = await work.volunteers.put(replace(known, kinds=kinds or known.kinds, area_code=area_code))
            return self._page(volunteer)
        asked = Volunteer(0, actor.account, actor.name, area_code, kinds, VolunteerState.ASKED, self._desk.clock())
        volunteer = await work.volunteers.put(asked)
        await self._ask_community(work, volunteer)
        return self._page(volunteer)

    async def leave(self, work: UnitOfWork, actor: Actor) -> Content:
        """Ends it; what the volunteer has taken and not done is open for others again."""
        volunteer = await work.volunteers.of_account(actor.account)
        if volunteer is None or volunteer.state in {VolunteerState.LEFT, VolunteerState.REFUSED}:
            return Content(lines=(self._say("volunteer.none"),))
        await work.volunteers.put(replace(volunteer, state=VolunteerState.LEFT, decided_at=self._desk.clock()))
        for call in await work.help.claimed_by(volunteer.id):
            await self._calls.put_back(work, call, volunteer)
        return Content(lines=(self._say("volunteer.left"),))

    async def toggle(self, work: UnitOfWork, press: Press, volunteer_id: int, kind_code: str) -> Answer:
        """Offers a kind of help, or takes it back; without any the volunteer helps with everything."""
        volunteer = await work.volunteers.of_account(press.actor.account)
        if volunteer is None or volunteer.id != volunteer_id:
            raise NotAllowed("volunteer")
        chosen = [kind for kind in volunteer.kinds if kind != kind_code]
        if len(chosen) == len(volunteer.kinds) and self._help.kind(kind_code) is not None:
            chosen.append(kind_code)
        volunteer = await work.volunteers.put(replace(volunteer, kinds=tuple(chosen)))
        script = await script_of_person(work, self._platform, press.actor.account)
        await self._desk.change_message(work, press, in_script(self._page(volunteer), script))
        return Answer("volunteer.kept")

    async def decide(self, work: UnitOfWork, press: Press, volunteer_id: int, *, accept: bool) -> Answer:
        """The community says yes or no; raises ``VolunteerDecided`` where somebody has."""
        volunteer, tree = await work.volunteers.get(volunteer_id), await work.areas.tree()
        post = next(
            (
                post
                for post in press.actor.with_role(*DECIDES_ON_VOLUNTEERS)
                if volunteer.area_code in tree and tree.within(volunteer.area_code, post.area_code)
            ),
            None,
        )
        if post is None:
            raise NotAllowed("volunteer")
        if volunteer.state is not VolunteerState.ASKED:
            raise VolunteerDecided
        state = VolunteerState.ACTIVE if accept else VolunteerState.REFUSED
        decided = replace(volunteer, state=state, decided_at=self._desk.clock(), decided_by=post.id)
        await work.volunteers.put(decided)
        script = await script_of_person(work, self._platform, volunteer.account)
        told = Content(lines=(self._say(f"volunteer.told_{state}", script),))
        await work.outbox.add(Outgoing(self._platform, volunteer.account, told))
        answer = Answer(f"volunteer.{state}", {"name": volunteer.name})
        await self._desk.change_message(work, press, Content(lines=(self._say(answer.key, **answer.fields),)))
        return answer

    async def hours(self, work: UnitOfWork, actor: Actor) -> Content:
        """The own hours; for those who supervise an area those of its volunteers, this month and ever."""
        volunteer = await work.volunteers.of_account(actor.account)
        posts = actor.with_role(*COUNTS_HOURS)
        if volunteer is None and not posts:
            return Content(lines=(self._say("volunteer.none"),))
        lines = []
        if volunteer is not None:
            now = self._desk.clock()
            year = await work.help.minutes([volunteer.id], self._start("%Y-01-01"), now + timedelta(seconds=1))
            ever = await work.help.minutes([volunteer.id], _EVER, now + timedelta(seconds=1))
            minutes = (year.get(volunteer.id, 0), ever.get(volunteer.id, 0))
            lines.append(self._say("volunteer.own", year=hours_of(minutes[0]), ever=hours_of(minutes[1])))
        if posts:
            tree = await work.areas.tree()
            codes = {area.code for post in posts if post.area_code in tree for area in tree.below(post.area_code)}
            given = await self.given(work, codes, self._start("%Y-%m-01"))
            await note_look(work, actor, "/hours", self._desk.clock(), (), count=len(given[:SHOWN]))
            lines += [
                self._say(
                    "volunteer.line",
                    name=one.volunteer.name,
                    month=hours_of(one.minutes),
                    ever=hours_of(one.ever),
                    state=self._say(f"volunteer.state.{one.volunteer.state}"),
                )
                for one in given[:SHOWN]
            ]
            if not given:
                lines.append(self._say("volunteer.nobody"))
        return Content(self._say("volunteer.hours_title"), tuple(lines))

    async def given(self, work: UnitOfWork, area_codes: set[str], since: datetime) -> tuple[Given, ...]:
        """The volunteers of these areas with their minutes since then and ever, who gave most first."""
        volunteers = await work.volunteers.of_areas(area_codes)
        ids, until = [one.id for one in volunteers], self._desk.clock() + timedelta(seconds=1)
        lately, ever = await work.help.minutes(ids, since, until), await work.help.minutes(ids, _EVER, until)
        given = (Given(one, lately.get(one.id, 0), ever.get(one.id, 0)) for one in volunteers)
        return tuple(sorted(given, key=lambda one: (-one.minutes, -one.ever, one.volunteer.id)))

    async def _area(self, work: UnitOfWork, actor: Actor, chat_id: int) -> str | None:
        group = await work.groups.get(self._platform, chat_id)
        if group is not None:
            return group.area_code
        wanted = TicketFilter(platform=self._platform, reporter=actor.account)
        earlier = await work.tickets.find(wanted, limit=1)
        return earlier[0].area_code if earlier else None

    async def _ask_community(self, work: UnitOfWork, volunteer: Volunteer) -> None:
        tree = await work.areas.tree()
        codes = [area.code for area in tree.path(volunteer.area_code)]
        posts = await work.staff.posts(sorted(DECIDES_ON_VOLUNTEERS, key=str), codes)
        there = there_now(self._desk.rules, posts, self._desk.clock())
        line = self._say("volunteer.asks", name=volunteer.name, area=tree.get(volunteer.area_code).name)
        buttons = (
            Button(self._say("button.vol_yes"), VOLUNTEER_YES, volunteer.id),
            Button(self._say("button.vol_no"), VOLUNTEER_NO, volunteer.id),
        )
        content = Content(self._say("volunteer.asks_title"), (line, self._kinds(volunteer)), (buttons,))
        for account in dict.fromkeys(post.account for post in there if post.on_duty and post.reachable):
            if account is not None:
                await work.outbox.add(Outgoing(self._platform, account, content))

    def _kinds(self, volunteer: Volunteer) -> str:
        names = "、".join(self._calls.cards.kind(kind) for kind in volunteer.kinds)
        return self._say("volunteer.kinds", kinds=names or self._say("volunteer.any"))

    def _page(self, volunteer: Volunteer) -> Content:
        """Where somebody stands who signed up, with a button for each kind of help."""
        buttons = [
            Button(
                f"{_MARK} {kind.name}" if kind.code in volunteer.kinds else kind.name,
                VOLUNTEER_KIND,
                volunteer.id,
                kind.code,
            )
            for kind in self._help.kinds
        ]
        rows = tuple(tuple(buttons[start : start + _A_ROW]) for start in range(0, len(buttons), _A_ROW))
        lines = (self._say(f"volunteer.you_{volunteer.state}"), self._kinds(volunteer), self._say("volunteer.choose"))
        return Content(self._say("volunteer.title"), lines, rows)

    def _start(self, pattern: str) -> datetime:
        """Midnight of the first day of the month or the year, on the district's clock."""
        today = self._desk.clock().astimezone(self._zone)
        return datetime.fromisoformat(today.strftime(pattern)).replace(tzinfo=self._zone).astimezone(UTC)
