"""Values for the tests of persistence; each test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from models.database import Database
from routing.areas import Area, AreaKind, Management
from routing.catalogue import AppealType, OwnerKind, Urgency
from routing.guide.checklist import Appointment, Checklist, Half, Paper
from routing.house_numbers import NumberRange, Side
from routing.message import Attachment, GeoPoint, IncomingMessage, RepliedMessage
from routing.place import Place
from routing.script import Script
from routing.staff import Role, Staff
from routing.ticket import HandOver, PendingRequest, RequestKind, Satisfaction, Status, Ticket
from routing.unseen import PublicView

NOW = datetime(2026, 11, 20, 9, 30, 15, 123456, tzinfo=UTC)

ODD_TEXTS = (
    "楼道灯不亮了😀👨‍👩‍👧",
    "𠮷野家門口漏水",
    "' OR 1=1; --",
    'quote " backslash \\ percent % underscore _',
    "\\u0000 as six letters",
    "line\nbreak\ttab\r\u2028",
    "e\u0301 combining",
    "\u202eright to left",
    " leading and trailing ",
    "",
)

AREAS = (
    Area("D", "市中区", "district"),
    Area("D-S1", "牌楼街道", "street", "D"),
    Area("D-S1-C1", "中央社区", "community", "D-S1"),
    Area("G1", "一网格", "grid", "D-S1-C1", households=412, numbers=(NumberRange("人民路", 1, 99, Side.ODD),)),
    Area("G10", "十网格", "grid", "D-S1-C1", kind=AreaKind.DEDICATED, aliases=("农贸市场", "菜市")),
    Area("X1", "锦绣花园", "complex", "G1", management=Management.SELF_MANAGED, aliases=("锦绣",)),
)


def ticket(**fields: Any) -> Ticket:
    """A ticket of grid G1 as it is before it is kept."""
    made = Ticket(
        id=0,
        number="",
        status=Status.DISPATCHED,
        service_code="lighting.corridor",
        appeal_type=AppealType.REPORT,
        urgency=Urgency.NORMAL,
        text="3号楼楼道灯不亮了",
        place=Place(building="3"),
        area_code="G1",
        area_path="D/D-S1/D-S1-C1/G1/",
        owner=OwnerKind.PROPERTY,
        owner_area_code="G1",
        platform="local",
        script=Script.HANS,
        created_at=NOW,
        dispatched_at=NOW,
        accept_due_at=NOW + timedelta(hours=2),
        resolve_due_at=NOW + timedelta(hours=24),
    )
    if "area_code" in fields:
        fields = {"owner_area_code": fields["area_code"], **fields}
    return replace(made, **fields)


def full_ticket(text: str, worker: int) -> Ticket:
    """A ticket with something in every field."""
    return ticket(
        status=Status.IN_PROGRESS,
        appeal_type=AppealType.COMPLAINT,
        urgency=Urgency.EMERGENCY,
        text=text,
        place=Place(building="A", unit="2", floor="-1", room="502", spot=text),
        area_code="X1",
        area_path="D/D-S1/D-S1-C1/G1/X1/",
        owner=OwnerKind.UTILITY,
        owner_area_code="D-S1-C1",
        owner_reason="utility_contact",
        platform="telegram",
        script=Script.HANT,
        dispatched_at=NOW + timedelta(seconds=1),
        group_chat_id=-1_001_234_567_890,
        group_thread_id=17,
        source_message_id=9_000_000_001,
        reporter_id=7_000_000_001,
        reporter_name=text,
        dangers=("gas", text),
        attachments=(Attachment("photo", "file", "unique", 123_456), Attachment("voice", text)),
        assignee_id=worker,
        claimed_at=NOW + timedelta(minutes=5),
        first_claimed_at=NOW + timedelta(minutes=4),
        resolved_at=NOW + timedelta(hours=1),
        archived_at=NOW + timedelta(hours=2),
        held_at=NOW + timedelta(hours=3),
        resolution=text,
        solved=False,
        satisfaction=Satisfaction.FAIR,
        request=PendingRequest(RequestKind.EXTENSION, text, 1_000_000_001, NOW + timedelta(hours=4)),
        escalation_level=2,
        escalated_at=NOW + timedelta(hours=5),
        reminded=frozenset({"accept", "resolve"}),
        next_check_at=NOW + timedelta(hours=6),
        returns=1,
        reopens=2,
        extensions=3,
        urges=4,
        last_said_at=NOW,
        via="patrol",
        point=GeoPoint(29.58, 105.06),
        anonymous=True,
        hand_over=HandOver(worker, worker, NOW, NOW + timedelta(hours=7)),
        disputed_at=NOW + timedelta(hours=8),
        street_rating=Satisfaction.DISSATISFIED,
        public_view=PublicView(Urgency.URGENT, NOW, NOW, NOW, NOW + timedelta(hours=9)),
        assigned_at=NOW + timedelta(minutes=1),
        progress_at=NOW + timedelta(minutes=2),
        questioned_at=NOW + timedelta(minutes=3),
        lapses=5,
        checklist=Checklist(
            "permit",
            text,
            (Paper(text, received=True), Paper("photo")),
            Appointment(NOW.date(), Half.MORNING),
            complete_at=NOW,
            due_before=NOW,
        ),
        holds=6,
        urge_due_at=NOW + timedelta(minutes=4),
        urged_by=worker,
        acknowledged_until=NOW + timedelta(minutes=5),
    )


def message(text: str) -> IncomingMessage:
    """A message with something in every field."""
    return IncomingMessage(
        platform="telegram",
        update_id=9_000_000_001,
        chat_id=-1_001_234_567_890,
        chat_kind="group",
        thread_id=3,
        message_id=44,
        sender_id=7_000_000_001,
        sender_name=text,
        sent_at=NOW,
        text=text,
        attachments=(Attachment("photo", "file", "unique", 10), Attachment("document", "other")),
        location=GeoPoint(29.58, 105.06),
        reply_to=RepliedMessage(43, 5, True, text, "bot", (Attachment("video", "v"),)),
        mentions_bot=True,
        edited=True,
        media_group_id="album",
    )


async def settle(database: Database) -> Staff:
    """Keeps ``AREAS`` and one grid worker of G1, who is returned."""
    async with database.unit_of_work() as work:
        await work.areas.upsert(AREAS)
        worker = await work.staff.add(Staff(0, "李芳", Role.GRID_WORKER, "G1", account=1_000_000_001))
        await work.commit()
    return worker


async def open_ticket(database: Database, **fields: Any) -> Ticket:
    """Keeps a ticket in a transaction of its own."""
    async with database.unit_of_work() as work:
        kept = await work.tickets.add(ticket(**fields), number_scope="G1", day="20261120")
        await work.commit()
    return kept
