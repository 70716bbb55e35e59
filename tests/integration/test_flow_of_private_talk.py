"""A private chat about one's own matter: what belongs to it goes there, and whoever writes is always answered."""

from __future__ import annotations

from routing.place import Place
from routing.ticket import Status
from tests.sandbox_server import png
from tests.town import GARDEN, HE, LI, ZHANG, Town, labels_of

LOCK = "锦绣花园单元门锁坏了，关不上"


async def test_an_address_more_words_and_photos_complete_the_report(town: Town) -> None:
    await town.say(ZHANG, ZHANG, LOCK)
    number = (await town.ticket()).number
    assert "📍 请补充位置" in (await town.texts(ZHANG))[-1]
    await town.say(ZHANG, ZHANG, "3栋2单元")
    ticket = await town.ticket()
    assert ticket.place == Place(building="3", unit="2")
    assert (await town.texts(ZHANG))[-1] == f"已补充到工单 {number}。"
    (card,) = [text for text in await town.texts(ZHANG) if text.startswith("已登记")]
    assert "地点 锦绣花园 3栋2单元" in card
    await town.say(ZHANG, ZHANG, "说错了，是5栋")
    assert (await town.ticket()).place.building == "5"
    before = len(await town.texts(ZHANG))
    await town.say(ZHANG, ZHANG, photo=[png(), png(colour=(9, 9, 9))])
    assert len((await town.ticket()).attachments) == 2
    assert len(await town.texts(ZHANG)) == before + 2, "an album is not answered picture by picture"
    await town.say(ZHANG, ZHANG, photo=png(colour=(0, 99, 0)))
    assert (await town.texts(ZHANG))[-1] == f"已补充到工单 {number}。"


async def test_an_edit_is_followed(town: Town) -> None:
    said = await town.say(ZHANG, ZHANG, LOCK)
    number = (await town.ticket()).number
    await town.people.edit(ZHANG, ZHANG, said["message_id"], f"{LOCK}，在3栋2单元")
    await town.settle()
    ticket = await town.ticket()
    assert ticket.place == Place(building="3", unit="2")
    assert (await town.texts(ZHANG))[-1] == f"已补充到工单 {number}。"
    aside = await town.say(ZHANG, ZHANG, "谢谢")
    before = await town.texts(ZHANG)
    await town.people.edit(ZHANG, ZHANG, aside["message_id"], "谢谢啦")
    await town.settle()
    assert len(await town.texts(ZHANG)) == len(before)


async def test_waiting_is_urging_and_it_works_again_asks_to_close(town: Town) -> None:
    await town.say(ZHANG, GARDEN, "3栋单元门锁坏了，关不上")
    number = (await town.ticket()).number
    town.clock.advance(hours=1)
    await town.say(ZHANG, ZHANG, "怎么还没人来")
    assert (await town.texts(ZHANG))[-1].startswith(f"已催 何志强 尽快认领工单 {number}")
    assert any("催办" in text for text in await town.texts(HE))
    await town.say(ZHANG, ZHANG, "已经修好了，谢谢")
    asked = await town.with_button(ZHANG, ZHANG, "已解决")
    assert number in asked["text"]
    await town.press(ZHANG, ZHANG, asked, "已解决")
    assert (await town.ticket()).status is Status.ARCHIVED
    # Who reported nothing is told how to.
    await town.say(LI, LI, "怎么还没人来")
    assert (await town.texts(LI))[-1].startswith("没听出要办什么事")


async def test_another_matter_and_a_nameless_one_are_reports_of_their_own(town: Town) -> None:
    await town.say(ZHANG, ZHANG, LOCK)
    await town.say(ZHANG, ZHANG, "5栋楼下垃圾堆了好几天没人清")
    await town.say(ZHANG, ZHANG, "匿名 单元门锁就是被人砸坏的")
    assert [ticket.anonymous for ticket in await town.tickets()] == [False, False, True]


async def test_photos_alone_wait_for_their_words(town: Town) -> None:
    await town.say(ZHANG, ZHANG, photo=[png(), png(colour=(9, 9, 9))])
    assert await town.tickets() == []
    answers = [text for text in await town.texts(ZHANG) if text]
    assert answers == ["收到了。请再写一句什么事、在哪里，我一起登记。"]
    await town.say(ZHANG, ZHANG, "谢谢")
    await town.say(ZHANG, ZHANG, "3栋2单元楼道灯不亮")
    question = (await town.people.history(ZHANG, ZHANG))[-1]
    assert "锦绣花园" in labels_of(question)
    await town.press(ZHANG, ZHANG, question, "锦绣花园")
    ticket = await town.ticket()
    assert (ticket.text, len(ticket.attachments)) == ("3栋2单元楼道灯不亮", 2)


async def test_photos_keep_the_area_of_a_link_and_may_be_nameless(town: Town) -> None:
    await town.say(ZHANG, ZHANG, "/start in-TD101-X2")
    await town.say(ZHANG, ZHANG, photo=png())
    await town.say(ZHANG, ZHANG, "/report 匿名 楼道里堆满纸箱，怕着火")
    ticket = await town.ticket()
    assert (ticket.area_code, ticket.anonymous, len(ticket.attachments)) == ("TD101-X2", True, 1)


async def test_the_handlers_photos_reach_who_reported_in_private(town: Town) -> None:
    await town.say(ZHANG, ZHANG, f"{LOCK}，3栋2单元")
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了新锁芯", photo=png())
    history = await town.people.history(ZHANG, ZHANG)
    assert [one for one in history if "photo" in one and one["from"]["is_bot"]]
