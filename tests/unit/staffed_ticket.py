"""One ticket in a complex of a grid, and every kind of post around it."""

from __future__ import annotations

from datetime import UTC, datetime

from routing.catalogue import AppealType, OwnerKind, Urgency
from routing.place import Place
from routing.script import Script
from routing.staff import Actor, Role, Staff
from routing.ticket import Status, Ticket

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


TICKET = Ticket(
    id=1,
    number="G1-261123-001",
    status=Status.DISPATCHED,
    service_code="property.elevator",
    appeal_type=AppealType.HELP,
    urgency=Urgency.NORMAL,
    text="电梯停了",
    place=Place(),
    area_code="X1",
    area_path="D/S/C/G1/X1/",
    owner=OwnerKind.PROPERTY,
    owner_area_code="X1",
    platform="telegram",
    script=Script.HANS,
    created_at=NOW,
    dispatched_at=NOW,
    accept_due_at=NOW,
    resolve_due_at=NOW,
    assignee_id=1,
)


POSTS = {
    "holder": Staff(1, "何", Role.PROPERTY, "X1", 1),
    "other_property": Staff(2, "别家物业", Role.PROPERTY, "X2", 2),
    "worker": Staff(3, "林", Role.GRID_WORKER, "G1", 3),
    "other_worker": Staff(4, "周", Role.GRID_WORKER, "G2", 4),
    "liaison": Staff(5, "段", Role.LIAISON, "X1", 5),
    "lead": Staff(6, "罗", Role.GRID_LEAD, "C", 6),
    "community": Staff(7, "唐", Role.COMMUNITY, "C", 7),
    "street": Staff(8, "谢", Role.STREET, "S", 8),
    "other_street": Staff(9, "汤", Role.STREET, "S2", 9),
    "supervisor": Staff(10, "高", Role.SUPERVISOR, "D", 10),
    "admin": Staff(11, "管", Role.ADMIN, "D", 11),
    "department": Staff(12, "向", Role.DEPARTMENT, "D", 12, skills=frozenset({"utility.water"})),
}


NOBODY = Actor(99, "居民")
