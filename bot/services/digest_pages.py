"""Turns a digest into messages that read well in a chat, each within the platform's limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.services.wording import Wording
from routing.catalogue import Urgency
from routing.digest import Digest, RankedArea, RedTicket
from routing.outgoing import Content
from routing.rates import Rate
from routing.script import Script
from routing.standing import ColourChange, Share
from routing.ticket import Satisfaction, Status

MESSAGE_UNITS = 4096
"""Telegram's limit for the text of a message, in UTF-16 code units."""

_LONGEST_FIELD = 60
"""Characters of a place or a name; longer ones are cut, so that no entry ever fills a message of its own."""

Block = tuple[str, ...]
"""Lines that belong together and stay in one message."""


class DigestPages:
    """Lays digests out: figures, every overdue ticket, the rates, the areas below."""

    def __init__(self, wording: Wording, ranking_length: int) -> None:
        self._wording = wording
        self._ranking_length = ranking_length

    def of(self, digest: Digest, script: Script) -> tuple[Content, ...]:
        """The digest as one message, or as several numbered ones; every overdue ticket is in exactly one of them."""
        say, area = self._wording.say, _short(digest.area_name)
        period = self._wording.say(f"digest.period.{digest.period}")
        blocks = [
            *self._figures(digest, script),
            *self._changes(digest, script),
            *self._red(digest, script),
            *self._unanswered(digest, script),
            *(("", *lines) for lines in digest.notes),
            *self._undecided(digest, script),
            *self._mediation(digest, script),
            *self._rates(digest, script),
            *self._ranking(digest, script),
        ]
        single = say("digest.title", script, area=area, period=period)
        longest = say("digest.title_part", script, area=area, period=period, part=999, parts=999)
        pages = split(blocks, MESSAGE_UNITS - units(longest))
        if len(pages) == 1:
            return (Content(single, pages[0]),)
        return tuple(
            Content(
                say("digest.title_part", script, area=area, period=period, part=part, parts=len(pages)),
                lines,
            )
            for part, lines in enumerate(pages, start=1)
        )

    def _figures(self, digest: Digest, script: Script) -> list[Block]:
        say, moment = self._wording.say, self._wording.moment
        lines = [
            say("digest.span", script, start=moment(digest.start), end=moment(digest.end)),
            say("digest.flow", script, new=digest.new, resolved=digest.resolved, archived=digest.archived),
            say(
                "digest.open",
                script,
                total=digest.open.total,
                green=digest.open.green,
                yellow=digest.open.yellow,
                red=digest.open.red,
            ),
        ]
        if digest.open.on_hold:
            lines.append(say("digest.on_hold", script, on_hold=digest.open.on_hold))
        if digest.patrol_found:
            lines.append(say("digest.patrol", script, found=digest.patrol_found, solved=digest.patrol_solved))
        went_up = digest.escalations
        key = "digest.escalations" if went_up.times else "digest.no_escalations"
        lines.append(say(key, script, since=moment(went_up.since), times=went_up.times, tickets=went_up.tickets))
        return [tuple(lines)]

    def _changes(self, digest: Digest, script: Script) -> list[Block]:
        """Whose colour is another than in the digest before, what got worse first; as many as areas are ranked."""
        if not digest.changes:
            return []
        say = self._wording.say
        head = ("", say("digest.changes_title", script, count=len(digest.changes)))
        listed = digest.changes[: max(1, self._ranking_length)]
        first, *others = ((self._change(one, script),) for one in listed)
        blocks = [head + first, *others]
        if left_off := len(digest.changes) - len(listed):
            blocks.append((say("digest.ranking.more", script, count=left_off),))
        return blocks

    def _change(self, change: ColourChange, script: Script) -> str:
        say, now = self._wording.say, change.now
        rates = {Share.OVERDUE: now.overdue, Share.SATISFIED: now.satisfied}
        because = "，".join(
            say(f"digest.change.{share}", numerator=rates[share].numerator, denominator=rates[share].denominator)
            for share in change.because
        )
        return say(
            f"digest.change.{now.subject}",
            script,
            name=_short(now.name),
            before=say(f"digest.ranking.{change.before}"),
            after=say(f"digest.ranking.{now.colour}"),
            because=because,
        )

    def _red(self, digest: Digest, script: Script) -> list[Block]:
        if not digest.red:
            return [("", self._wording.say("digest.red_none", script))]
        head = ("", self._wording.say("digest.red_title", script, count=len(digest.red)))
        first, *others = (self._red_ticket(index, red, script) for index, red in enumerate(digest.red, start=1))
        return [head + first, *others]

    def _unanswered(self, digest: Digest, script: Script) -> list[Block]:
        if not digest.unanswered:
            return []
        say = self._wording.say
        head = ("", say("digest.unanswered_title", script, count=len(digest.unanswered)))
        first, *others = (
            (
                say(
                    "digest.unanswered",
                    script,
                    number=_short(urge.number),
                    service=_short(self._wording.service(urge.service_code)),
                    holder=_short(urge.holder) if urge.holder is not None else say("digest.holder.pool", script),
                    due=self._wording.moment(urge.due_at),
                ),
            )
            for urge in digest.unanswered
        )
        return [head + first, *others]

    def _undecided(self, digest: Digest, script: Script) -> list[Block]:
        """Contradictions of the call-back that somebody has to decide."""
        if not digest.undecided:
            return []
        say, moment = self._wording.say, self._wording.moment
        lines = (
            say(
                "digest.undecided",
                script,
                number=_short(one.number),
                service=_short(self._wording.service(one.service_code)),
                holder=_short(one.holder) if one.holder is not None else say("digest.holder.pool", script),
                since=moment(one.since),
            )
            for one in digest.undecided
        )
        first, *others = ((line,) for line in lines)
        return [("", say("digest.undecided_title", script, count=len(digest.undecided)), *first), *others]

    def _mediation(self, digest: Digest, script: Script) -> list[Block]:
        """Disputes of several parties: how many, and where those stand that go on; not what they are about."""
        say, counts = self._wording.say, digest.mediation
        if not counts.total:
            return []
        head = say(
            "digest.mediation",
            script,
            going_on=counts.going_on,
            solved=counts.solved,
            unsolved=counts.unsolved,
            handed_over=counts.handed_over,
        )
        lines = (
            say(
                "digest.mediating",
                script,
                number=one.number,
                state=say(f"dispute.state.{one.state}"),
                when=self._wording.moment(one.meeting_at) if one.meeting_at is not None else "—",
            )
            for one in digest.mediating
        )
        return [("", head), *((line,) for line in lines)]

    def _red_ticket(self, index: int, red: RedTicket, script: Script) -> Block:
        say = self._wording.say
        emergency = red.urgency is Urgency.EMERGENCY
        return (
            say(
                "digest.red.ticket_emergency" if emergency else "digest.red.ticket",
                script,
                index=index,
                number=_short(red.number),
                service=_short(self._wording.service(red.service_code)),
                place=_short(red.place) or say("place.unknown"),
            ),
            say(
                "digest.red.holder",
                script,
                holder=self._holder(red),
                late=say(
                    f"digest.red.late.{red.limit}",
                    span=self._wording.span(red.overdue),
                    due=self._wording.moment(red.due_at),
                ),
            ),
        )

    def _holder(self, red: RedTicket) -> str:
        say = self._wording.say
        if red.holder is None:
            return say("digest.holder.pool")
        state = {Status.DISPATCHED: "unclaimed", Status.ON_HOLD: "on_hold"}.get(red.status, "claimed")
        return say(f"digest.holder.{state}", name=_short(red.holder))

    def _rates(self, digest: Digest, script: Script) -> list[Block]:
        say, rates = self._wording.say, digest.rates
        named = {
            "response": rates.response,
            "on_time": rates.on_time,
            "solved": rates.solved,
            "satisfied": rates.satisfied,
            "rework": rates.rework,
        }
        lines = [say(f"digest.rates.{name}", script, rate=self._rate(rate)) for name, rate in named.items()]
        if any(digest.street_ratings.values()):
            ratings = {rating.value: digest.street_ratings.get(rating, 0) for rating in Satisfaction}
            lines.append(say("digest.street_ratings", script, **ratings))
        return [("", say("digest.rates_title", script), *lines)]

    def _ranking(self, digest: Digest, script: Script) -> list[Block]:
        listed = digest.ranking[: self._ranking_length]
        if not listed:
            return []
        say = self._wording.say
        head = ("", say("digest.ranking_title", script))
        first, *others = (self._ranked(area, script) for area in listed)
        blocks = [head + first, *others]
        if left_off := len(digest.ranking) - len(listed):
            blocks.append((say("digest.ranking.more", script, count=left_off),))
        return blocks

    def _ranked(self, area: RankedArea, script: Script) -> Block:
        say = self._wording.say
        return (
            say(
                "digest.ranking.first" if area.position is not None else "digest.ranking.first_unranked",
                script,
                position=area.position,
                area=_short(area.area_name),
                new=area.new,
                resolved=area.resolved,
                open=area.open,
                red=area.red,
            ),
            say(
                "digest.ranking.second",
                script,
                colour=say(f"digest.ranking.{area.colour}", script),
                on_time=self._rate(area.rates.on_time),
                response=self._rate(area.rates.response),
                satisfied=self._rate(area.rates.satisfied),
            ),
        )

    def _rate(self, rate: Rate) -> str:
        tenths = rate.per_mille
        if tenths is None:
            return self._wording.say("digest.rate_none")
        percent = f"{tenths / 10:g}"
        return self._wording.say("digest.rate", percent=percent, numerator=rate.numerator, denominator=rate.denominator)


def units(text: str) -> int:
    """The length that Telegram counts: UTF-16 code units, so a character beyond the first plane is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(blocks: Sequence[Block], room: int) -> list[tuple[str, ...]]:
    """The blocks in order, in messages of at most ``room`` units each; each line costs one more for its line break.

    A block stays whole unless it alone is longer than a message; only then is it broken, at its lines if they fit. An
    empty line at the beginning of a message is dropped.
    """
    pages: list[tuple[str, ...]] = []
    page: Block = ()
    for block in blocks:
        for piece in (block,) if _units_of(block) <= room else _pieces(block, room):
            if page and _units_of(page + piece) > room:
                pages.append(page)
                page = ()
            page += piece if page or piece[0] else piece[1:]
    return [*pages, page] if page else pages


def _pieces(block: Block, room: int) -> Iterator[Block]:
    """A block that fits into no message, cut into lines, and those into pieces of characters."""
    # A character is at most two units, and the line break is one.
    most = max(1, (room - 1) // 2)
    for line in block:
        if units(line) < room:
            yield (line,)
        else:
            yield from ((line[start : start + most],) for start in range(0, len(line), most))


def _units_of(lines: Block) -> int:
    return sum(units(line) + 1 for line in lines)


def _short(text: str) -> str:
    """One line of at most so many characters; what people wrote into names may hold anything."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_FIELD else line[: _LONGEST_FIELD - 1] + "…"
