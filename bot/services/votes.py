"""A simple vote in the group: the community asks, everybody has one voice until the end, the result is on record."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.services.civic_board import CivicBoard, path
from bot.services.desk import Answer, Press
from bot.services.ports import UnitOfWork
from routing.civic_rights import CivicAction, civic_post
from routing.errors import NotAllowed
from routing.message import IncomingMessage
from routing.moments import moment_of, seems_moment
from routing.outgoing import Button, Content, Outgoing
from routing.staff import Actor, Role, Staff
from routing.vote import (
    Ballot,
    Choice,
    NoVoice,
    Tally,
    Vote,
    VoteEndUnclear,
    VoteRules,
    VoteState,
    parse_call,
    require_length,
    require_open,
    require_vote_move,
    tally,
)

CHOOSE = "vote_choose"
"""The button of an option; the argument is its position."""
CANCEL_WORDS = frozenset({"取消", "撤销", "作废"})
BATCH = 20
_BAR = 10
"""Characters of the longest bar of a result."""


def vote_topic(vote_id: int) -> str:
    """The topic of a vote's card."""
    return f"vote:{vote_id}"


class VoteService:
    """Use cases of those who call a vote and of those who have a voice."""

    def __init__(self, rules: VoteRules, board: CivicBoard) -> None:
        self._rules = rules
        self._board = board

    async def command(self, work: UnitOfWork, actor: Actor, message: IncomingMessage) -> Answer | None:
        """``/vote 标题 | 选项 | 选项 | 截止`` in the group; ``/vote 取消 编号`` anywhere.

        Raises ``NotAllowed`` for all but the community and those above it, ``VoteMalformed`` and ``VoteEndUnclear``.
        """
        words = message.text.split()
        if len(words) == 2 and words[0] in CANCEL_WORDS and words[1].isdecimal():
            return await self._cancel(work, actor, int(words[1][:9]))
        group = await work.groups.get(message.platform, message.chat_id)
        if group is None or group.area_code is None:
            return Answer("votes.say_in_group")
        tree, now = await work.areas.tree(), self._board.clock()
        area_path = path(tree, group.area_code)
        post = civic_post(actor, CivicAction.CALL_VOTE, area_path)
        if not words:
            return Answer("votes.usage")
        zone = self._board.rules.clocks.calendar.timezone
        moment = partial(moment_of, now=now, zone=zone, by_default=self._rules.ends_at)
        call = parse_call(
            message.text, self._rules, is_time=lambda part: moment(part) is not None, seems_time=seems_moment
        )
        closes_at = moment(call.closing) if call.closing else now + self._rules.default
        if closes_at is None:
            raise VoteEndUnclear(call.closing)
        require_length(now, closes_at, self._rules, call.closing)
        vote = await work.civic.votes.add(
            Vote(
                id=0,
                title=call.title,
                options=call.options,
                ballot=call.ballot,
                state=VoteState.RUNNING,
                area_code=group.area_code,
                area_path=area_path,
                platform=message.platform,
                chat_id=message.chat_id,
                thread_id=message.thread_id,
                called_by=post.name,
                opened_at=now,
                closes_at=closes_at,
            )
        )
        await self._show(work, vote)
        return None

    async def choose(self, work: UnitOfWork, press: Press, vote_id: int, option: str) -> Answer:
        """One voice for each account; a later one takes the place of the earlier.

        Raises ``VoteOver`` after the end, and ``NoVoice`` outside the group and for people with a post there.
        """
        vote = await work.civic.votes.lock(vote_id)
        now = self._board.clock()
        require_open(vote, now)
        at = int(option) if option.isdecimal() else -1
        if press.chat_id != vote.chat_id or not 0 <= at < len(vote.options):
            raise NotAllowed(CHOOSE)
        is_staff = any(f"/{post.area_code}/" in f"/{vote.area_path}" for post in _in_office(press.actor))
        if is_staff and not self._rules.staff_vote:
            raise NoVoice
        name = press.actor.name if vote.ballot is Ballot.NAMED else ""
        before = await work.civic.votes.choose(Choice(vote_id, press.actor.account, name, at, now))
        if before != at:
            await self._show(work, vote, silent=True)
        key = "votes.chosen" if before is None else ("votes.same" if before == at else "votes.changed")
        return Answer(key, {"option": vote.options[at]})

    async def listed(self, work: UnitOfWork, actor: Actor, chat_id: int) -> Answer | Content:
        """``/votes``: what runs and what was decided lately, in the group or in the person's areas."""
        scopes = await self._board.scopes(work, actor, chat_id)
        if not scopes:
            return Answer("votes.say_in_group")
        found = {one.id: one for scope in scopes for one in await work.civic.votes.find(area_path=scope, limit=10)}
        say = self._board.rules.wording.say
        if not found:
            return Content(lines=(say("votes.none"),))
        lines = tuple(self.line(vote) for vote in sorted(found.values(), key=lambda vote: -vote.id)[:10])
        return Content(say("votes.list_title"), lines)

    def line(self, vote: Vote) -> str:
        """One line of a list: the title, and when it ends or how it ended."""
        say = self._board.rules.wording.say
        if vote.state is VoteState.RUNNING:
            state = say("votes.short.running", due=self._board.rules.wording.moment(vote.closes_at))
        elif vote.state is VoteState.CANCELLED:
            state = say("votes.short.cancelled")
        else:
            state = self._outcome(vote)
        return say("votes.line", number=vote.id, title=vote.title, state=state)

    async def sweep(self, work: UnitOfWork, *, limit: int = BATCH) -> int:
        """Closes up to ``limit`` votes whose end has come; the caller commits and calls again until there is none."""
        due = await work.civic.votes.take_due(self._board.clock(), limit=limit)
        for vote in due:
            await self._close(work, vote)
        return len(due)

    async def _close(self, work: UnitOfWork, vote: Vote) -> None:
        require_vote_move(vote, VoteState.CLOSED)
        counted = await self._tally(work, vote)
        closed = replace(vote, state=VoteState.CLOSED, ended_at=self._board.clock(), result=counted.counts)
        await work.civic.votes.save(closed)
        if vote.ballot is Ballot.ANONYMOUS:
            await work.civic.votes.forget_choices(vote.id)
        await self._show(work, closed, silent=True)
        say = self._board.rules.wording.say
        title = say("votes.result_title", number=vote.id, title=vote.title)
        lines = (*self._bars(closed, counted), self._outcome(closed))
        quiet = self._board.is_quiet()
        said = Outgoing(vote.platform, vote.chat_id, Content(title, lines), thread_id=vote.thread_id, silent=quiet)
        await work.outbox.add(said)

    async def _cancel(self, work: UnitOfWork, actor: Actor, vote_id: int) -> Answer:
        vote = await work.civic.votes.lock(vote_id)
        civic_post(actor, CivicAction.CANCEL_VOTE, vote.area_path)
        require_vote_move(vote, VoteState.CANCELLED)
        await work.civic.votes.forget_choices(vote_id)
        cancelled = replace(vote, state=VoteState.CANCELLED, ended_at=self._board.clock())
        await work.civic.votes.save(cancelled)
        await self._show(work, cancelled)
        return Answer("votes.cancelled", {"number": vote_id, "title": vote.title})

    async def _tally(self, work: UnitOfWork, vote: Vote) -> Tally:
        return tally(vote.options, [choice.option for choice in await work.civic.votes.choices(vote.id)])

    async def _show(self, work: UnitOfWork, vote: Vote, *, silent: bool = False) -> None:
        counted = Tally(vote.result) if vote.state is VoteState.CLOSED else await self._tally(work, vote)
        await work.outbox.add(
            Outgoing(
                platform=vote.platform,
                chat_id=vote.chat_id,
                thread_id=vote.thread_id,
                content=self._card(vote, counted),
                card=True,
                topic=vote_topic(vote.id),
                silent=silent,
            )
        )

    def _card(self, vote: Vote, counted: Tally) -> Content:
        say, moment = self._board.rules.wording.say, self._board.rules.wording.moment
        is_running = vote.state is VoteState.RUNNING
        lines = [say("votes.called_by", name=vote.called_by, ballot=say(f"votes.ballot.{vote.ballot}"))]
        if vote.state is VoteState.CANCELLED:
            lines.append(say("votes.short.cancelled"))
            return Content(say("votes.title", number=vote.id, title=vote.title), tuple(lines))
        if is_running and vote.ballot is Ballot.ANONYMOUS:
            lines += [
                say("votes.option", position=at, option=option) for at, option in enumerate(vote.options, start=1)
            ]
        else:
            lines += self._bars(vote, counted)
        lines.append(say("votes.total", count=counted.total))
        if not is_running:
            lines.append(self._outcome(vote))
            return Content(say("votes.title", number=vote.id, title=vote.title), tuple(lines))
        lines.append(say("votes.until", due=moment(vote.closes_at)))
        buttons = tuple((Button(option, CHOOSE, vote.id, str(at)),) for at, option in enumerate(vote.options))
        return Content(say("votes.title", number=vote.id, title=vote.title), tuple(lines), buttons)

    def _bars(self, vote: Vote, counted: Tally) -> list[str]:
        most = max(counted.counts, default=0)
        return [
            self._board.rules.wording.say(
                "votes.counted",
                option=option,
                bar="▇" * (round(_BAR * counted.counts[at] / most) if most else 0),
                count=counted.counts[at],
                percent=counted.percent(at),
            )
            for at, option in enumerate(vote.options)
        ]

    def _outcome(self, vote: Vote) -> str:
        say, counted = self._board.rules.wording.say, Tally(vote.result)
        leading = [vote.options[at] for at in counted.leading if at < len(vote.options)]
        if not leading:
            return say("votes.outcome.nobody")
        if len(leading) > 1:
            return say("votes.outcome.tie", options="、".join(leading), total=counted.total)
        return say("votes.outcome.won", option=leading[0], count=max(counted.counts), total=counted.total)


def _in_office(actor: Actor) -> tuple[Staff, ...]:
    """The posts that keep somebody from voting: a liaison (联户员) is a neighbour like the others."""
    return tuple(post for post in actor.posts if post.role is not Role.LIAISON)
