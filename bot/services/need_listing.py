"""How a need comes onto the list and is kept true there: one entry for a wish, and everybody who wants it behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.services.civic_board import CivicBoard, path
from bot.services.matching import MatchingService
from bot.services.need_cards import NeedCards, ProjectView, need_topic
from bot.services.ports import UnitOfWork
from routing.message import IncomingMessage
from routing.need import ON_THE_LIST, Need, NeedFilter, NeedState, Voice
from routing.need_rules import NeedRules
from routing.outgoing import Content, Outgoing
from routing.privacy import mask_numbers
from routing.project import Project, ProjectState
from routing.script import Script
from routing.ticket_events import Reporter

_COMPARED = 200
"""Needs of an area with which a new one is compared."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants, from whichever way it came in."""

    text: str
    area_code: str
    platform: str
    script: Script
    account: int | None
    name: str
    group_chat_id: int | None = None
    group_thread_id: int | None = None
    message_id: int | None = None
    ticket_id: int | None = None


class NeedListing:
    """Puts wishes on the list and keeps the cards of needs."""

    def __init__(self, rules: NeedRules, cards: NeedCards, board: CivicBoard, matching: MatchingService) -> None:
        self._rules = rules
        self._cards = cards
        self._board = board
        self._matching = matching

    async def put(self, work: UnitOfWork, wish: Wish) -> tuple[Need, bool]:
        """The need that the wish became or was already, with the writer behind it; and whether it is new.

        A new one is shown in the group and proposed to whoever offers something like it.
        """
        needs = work.civic.needs
        tree = await work.areas.tree()
        kind, area_path = self._rules.kind_of(wish.text), path(tree, wish.area_code)
        known = await needs.find(NeedFilter(area_path=area_path, states=ON_THE_LIST), limit=_COMPARED)
        same = next((one for one in known if self._rules.is_same(wish.text, kind, one.text, one.kind)), None)
        if same is not None:
            return (await self.join(work, same.id, wish.account, wish.name))[0], False
        group, thread = wish.group_chat_id, wish.group_thread_id
        if group is None:
            groups = await self._board.groups_of(work, wish.area_code)
            group, thread = (groups[0].chat_id, groups[0].thread_id) if groups else (None, None)
        need = await needs.add(
            Need(
                id=0,
                text=mask_numbers(wish.text),
                kind=kind,
                state=NeedState.OPEN,
                area_code=wish.area_code,
                area_path=area_path,
                platform=wish.platform,
                script=wish.script,
                listed_at=self._board.clock(),
                account=wish.account,
                group_chat_id=group,
                group_thread_id=thread,
                source_message_id=wish.message_id,
                ticket_id=wish.ticket_id,
            )
        )
        if wish.account is not None:
            await needs.add_voice(Voice(need.id, wish.account, wish.name, need.listed_at))
            need = replace(need, voices=need.voices + 1)
        await self.show(work, need)
        await self._matching.propose_for_need(work, need)
        return need, True

    async def join(
        self, work: UnitOfWork, need_id: int, account: int | None, name: str, message: IncomingMessage | None = None
    ) -> tuple[Need, bool]:
        """Puts a person behind a need and behind the ticket that it came from; whether they were not there yet.

        Raises ``UnknownNeed``. What is off the list is left as it is: whoever asks looks at the state.
        """
        needs = work.civic.needs
        need = await needs.lock(need_id)
        if account is None or need.state not in ON_THE_LIST:
            return need, False
        if not await needs.add_voice(Voice(need_id, account, name, self._board.clock())):
            return need, False
        need = replace(need, voices=need.voices + 1)
        if need.ticket_id is not None:
            await self._report(work, need.ticket_id, account, name, message)
        await self.show(work, need, silent=True)
        return need, True

    async def _report(
        self, work: UnitOfWork, ticket_id: int, account: int, name: str, message: IncomingMessage | None
    ) -> None:
        """Who wants it too has reported it too: ``/mine`` shows it to them."""
        message_id, said = (message.message_id, message.text) if message is not None else (None, "")
        reporter = Reporter(ticket_id, account, name, message_id, self._board.clock(), said=said)
        if await work.tickets.add_reporter(reporter) and message is not None:
            await work.tickets.link_message(ticket_id, message.platform, message.chat_id, message.message_id)

    async def save(self, work: UnitOfWork, need: Need) -> None:
        """Writes a changed need and brings its cards up to date, those of partners included."""
        await work.civic.needs.save(need)
        await self.show(work, need)
        await self._matching.follow(work, need)

    async def show(self, work: UnitOfWork, need: Need, *, silent: bool = False) -> None:
        """Sends or edits the card of a need in its group."""
        if need.group_chat_id is None:
            return
        await work.outbox.add(
            Outgoing(
                platform=need.platform,
                chat_id=need.group_chat_id,
                thread_id=need.group_thread_id,
                content=self._cards.need(need, await self.project_view(work, need)),
                reply_to=need.source_message_id,
                card=True,
                topic=need_topic(need.id),
                silent=silent,
            )
        )

    async def project_view(self, work: UnitOfWork, need: Need) -> ProjectView | None:
        """The project that the need's state speaks of, if any."""
        if need.state in {NeedState.OPEN, NeedState.CLOSED}:
            return None
        projects = [one for one in await work.civic.projects.of_need(need.id) if one.state in _ALIVE]
        return await self.view(work, projects[-1], need) if projects else None

    @staticmethod
    async def view(work: UnitOfWork, project: Project, need: Need | None = None) -> ProjectView:
        """A project with its need, its partner and its steps."""
        return ProjectView(
            project=project,
            need=need if need is not None else await work.civic.needs.get(project.need_id),
            partner=await work.civic.partners.get(project.partner_id),
            steps=await work.civic.projects.steps(project.id),
        )

    async def announce(self, work: UnitOfWork, need: Need, key: str, **fields: object) -> None:
        """Tells those who asked: one message in the group, and each in private who can be written to."""
        wording = self._board.rules.wording
        fields = {"number": need.id, "text": need.text[:60], "count": need.voices, **fields}
        said = Content(wording.say(f"{key}_title", need.script, **fields), (wording.say(key, need.script, **fields),))
        if need.group_chat_id is not None:
            await work.outbox.add(
                Outgoing(
                    platform=need.platform,
                    chat_id=need.group_chat_id,
                    thread_id=need.group_thread_id,
                    content=said,
                    reply_to=need.source_message_id,
                )
            )
        accounts = [voice.account for voice in await work.civic.needs.voices(need.id)]
        within_reach = await work.civic.private_chats.among(need.platform, accounts)
        await self._board.tell(work, [account for account in accounts if account in within_reach], said)


_ALIVE = frozenset({ProjectState.CLAIMED, ProjectState.UNDER_WAY, ProjectState.DONE})
