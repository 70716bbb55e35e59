"""What a resident adds to a matter: photos and albums, an address that comes late, a place on the map, edits."""

from __future__ import annotations

from routing.message import GeoPoint
from routing.place import Place
from routing.ticket import Status
from routing.ticket_events import EventKind
from tests.sandbox_server import png
from tests.town import GARDEN, HE, LI, LIN, ZHANG, Town

LEAK = "3栋一楼大厅漏水，水顺着墙往下流"
RED, GREEN, BLUE = (png(colour=colour) for colour in ((200, 0, 0), (0, 200, 0), (0, 0, 200)))


async def photos_in(town: Town, person: int, chat: int) -> int:
    """How many photos the bot has sent to a chat."""
    messages = await town.people.history(person, chat)
    return len([one for one in messages if "photo" in one and one["from"]["is_bot"]])


async def test_an_album_is_one_ticket_with_all_its_photos(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK, photo=[RED, GREEN, BLUE])
    ticket = await town.ticket()
    assert len(ticket.attachments) == 3
    assert "照片或附件 3 件" in (await town.with_button(HE, HE, "认领"))["text"]
    assert await photos_in(town, HE, HE) == 3
    # The group has seen them; they are not sent there again.
    assert await photos_in(town, ZHANG, GARDEN) == 0


async def test_photos_that_follow_join_the_writers_own_ticket_and_nobody_elses(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    ticket = await town.ticket()
    town.clock.advance(minutes=3)
    await town.say(ZHANG, GARDEN, photo=RED)
    await town.say(LI, GARDEN, photo=GREEN)
    assert len((await town.ticket()).attachments) == 1
    assert await photos_in(town, HE, HE) == 1
    assert (await town.events(ticket))[-1].kind is EventKind.DETAIL_ADDED
    town.clock.advance(hours=3)
    await town.say(ZHANG, GARDEN, photo=BLUE)
    assert len((await town.ticket()).attachments) == 1


async def test_photos_of_chatter_are_not_kept(town: Town) -> None:
    await town.say(ZHANG, GARDEN, photo=RED)
    await town.say(ZHANG, GARDEN, "我家小猫", photo=[RED, GREEN])
    assert await town.tickets() == []
    assert len(await town.texts(LI, GARDEN)) == 3


async def test_a_photo_that_answers_the_card_belongs_to_its_ticket(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    card = (await town.people.history(ZHANG, GARDEN))[-1]
    town.clock.advance(hours=5)
    await town.say(ZHANG, GARDEN, "现在更严重了", photo=RED, reply_to=card["message_id"])
    ticket = await town.ticket()
    assert len(ticket.attachments) == 1
    assert "现在更严重了" in ticket.text


async def test_an_address_that_comes_late_completes_the_place(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "单元门锁坏了，关不上，麻烦修一下")
    assert (await town.ticket()).place.building is None
    town.clock.advance(minutes=2)
    await town.say(ZHANG, GARDEN, "3栋2单元")
    assert (await town.ticket()).place == Place(building="3", unit="2")
    assert any("地点 锦绣花园 3栋2单元" in text for text in await town.texts(ZHANG, GARDEN))
    assert "3栋2单元" in (await town.with_button(HE, HE, "认领"))["text"]
    assert len(await town.tickets()) == 1


async def test_an_edit_before_and_after_the_ticket(town: Town) -> None:
    said = await town.say(ZHANG, GARDEN, "今天天气不错")
    await town.people.edit(ZHANG, GARDEN, said["message_id"], LEAK)
    await town.settle()
    ticket = await town.ticket()
    assert ticket.service_code == "housing.leak"
    await town.people.edit(ZHANG, GARDEN, said["message_id"], LEAK + "，已经流到二楼电表箱了")
    await town.settle()
    changed = await town.ticket()
    assert "二楼电表箱" in changed.text
    assert "二楼电表箱" in (await town.with_button(HE, HE, "认领"))["text"]
    await town.people.edit(ZHANG, GARDEN, said["message_id"], LEAK + "，已经流到二楼电表箱了")
    await town.settle()
    assert (await town.ticket()).text == changed.text


async def test_a_place_on_the_map_and_files_of_other_kinds_break_nothing(town: Town) -> None:
    await town.say(ZHANG, GARDEN, location=(29.5802, 105.0584))
    await town.say(LI, GARDEN, "会议纪要", document=("纪要.pdf", b"%PDF-1.4"))
    assert await town.tickets() == []
    await town.say(ZHANG, GARDEN, LEAK, video=b"\x00\x00\x00\x18ftypmp42")
    await town.say(ZHANG, GARDEN, location=(29.5802, 105.0584))
    ticket = await town.ticket()
    assert [one.kind for one in ticket.attachments] == ["video"]
    videos = [one for one in await town.people.history(HE, HE) if "video" in one]
    assert len(videos) == 1


async def test_the_handlers_photos_reach_the_reporter_with_the_result(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, photo=[GREEN, BLUE])
    await town.say(HE, HE, "换了一段水管，已不再漏水", photo=RED)
    assert await photos_in(town, ZHANG, GARDEN) == 3
    assert await photos_in(town, LIN, LIN) == 0


async def test_a_closing_sentence_after_the_loss_of_the_ticket_or_of_time_is_refused_once(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    await town.press_label(HE, HE, "认领")
    card = await town.with_button(HE, HE, "办结")
    await town.press(HE, HE, card, "办结")
    town.clock.advance(minutes=31)
    await town.say(HE, HE, "换了一段水管")
    assert (await town.texts(HE))[-1] == "操作已超时，请重新点按钮。"

    await town.press(HE, HE, card, "办结")
    await town.press(HE, HE, card, "转派")
    await town.press_label(HE, HE, "网格员 林晓燕")
    await town.press_label(LIN, LIN, "接收")
    await town.say(HE, HE, photo=RED)
    assert (await town.texts(HE))[-1] == "您没有这项操作的权限。"
    await town.say(HE, HE, "谢谢")
    assert (await town.texts(HE))[-1] != "您没有这项操作的权限。"
    ticket = await town.ticket()
    assert (ticket.status, ticket.attachments) == (Status.IN_PROGRESS, ())


async def test_a_place_on_the_map_alone_belongs_to_the_writers_own_fresh_ticket(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    town.clock.advance(minutes=2)
    await town.say(LI, GARDEN, location=(30.5, 104.5))
    assert (await town.ticket()).point is None, "a neighbour's says nothing of it"
    await town.say(ZHANG, GARDEN, location=(30.1, 104.1))
    assert (await town.ticket()).point == GeoPoint(30.1, 104.1)
    assert "定位 北纬 30.1" in (await town.with_button(HE, HE, "认领"))["text"]
    # In private too, for as long as it is fresh.
    await town.say(ZHANG, ZHANG, location=(30.2, 104.2))
    ticket = await town.ticket()
    assert ticket.point == GeoPoint(30.2, 104.2)
    assert (await town.texts(ZHANG))[-1] == f"已补充到工单 {ticket.number}。"
    assert (await town.events(ticket))[-1].data["point"] is True
    town.clock.advance(hours=3)
    await town.say(ZHANG, ZHANG, location=(30.3, 104.3))
    assert (await town.ticket()).point == GeoPoint(30.2, 104.2)


async def test_a_place_on_the_map_may_come_before_the_words(town: Town) -> None:
    await town.say(ZHANG, GARDEN, location=(30.1, 104.1))
    town.clock.advance(minutes=1)
    await town.say(ZHANG, GARDEN, LEAK)
    assert (await town.ticket()).point == GeoPoint(30.1, 104.1)


async def test_what_a_reporter_says_to_the_neighbours_is_no_part_of_the_report(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    for said in (
        "今晚我家包饺子，请大家来",
        "隔壁老王结婚了",
        "请问哪家快递快一点",
        "转发：【通知】明天停水，请大家提前储水",
        "出售二手电动车，有意私聊，充电桩可送",
    ):
        await town.say(ZHANG, GARDEN, said)
    assert (await town.ticket()).text == LEAK
    await town.say(ZHANG, GARDEN, "麻烦快点，越来越严重了")
    assert "越来越严重了" in (await town.ticket()).text
    await town.say(ZHANG, GARDEN, "水越来越大了")
    assert "水越来越大了" in (await town.ticket()).text, "nor is it asked about as a matter of its own"


async def test_who_repaired_it_alone_is_asked_whether_it_is_over(town: Town) -> None:
    await town.say(ZHANG, GARDEN, LEAK)
    await town.say(ZHANG, GARDEN, "不用来了，我自己修好了，谢谢")
    asked = await town.with_button(ZHANG, GARDEN, "已解决")
    assert (await town.ticket()).number in asked["text"]
