"""Yes and no to "shall I register this?", typed instead of pressed. Staff are asked about whatever they speak of."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models.tables_delivery import PromptRow, TopicCardRow
from tests.sandbox_server import Json, png
from tests.town import GARDEN, LI, LIN, ZHANG, Town, labels_of

SAID = "3栋2单元楼道灯坏了"


async def asked(town: Town, text: str = SAID) -> Json:
    await town.say(LIN, GARDEN, text)
    return (await town.people.history(LIN, GARDEN))[-1]


async def shown(town: Town, question: Json) -> Json:
    """The question's message as it is now."""
    return next(one for one in await town.people.history(LIN, GARDEN) if one["message_id"] == question["message_id"])


@pytest.mark.parametrize("answer", ["登记", "要", "是的，麻烦了", "麻烦帮我登记一下", "@qunban_bot 要"])
async def test_yes_as_the_next_message_or_as_a_reply_does_what_the_button_does(town: Town, answer: str) -> None:
    question = await asked(town)
    assert labels_of(question) == ["登记", "不用"]
    await town.say(LIN, GARDEN, answer)
    ticket = await town.ticket()
    assert (ticket.text, ticket.via, ticket.reporter_id) == (SAID, "confirmed", LIN)
    settled = await shown(town, question)
    assert (settled["text"], labels_of(settled)) == ("已登记", [])
    again = await asked(town, "5栋门口的垃圾没人清运")
    # Minutes do not matter to an answer that says what it answers.
    await town.say(LIN, GARDEN, "我先去吃饭")
    town.clock.advance(hours=3)
    await town.say(LIN, GARDEN, answer, reply_to=again["message_id"])
    assert [ticket.text for ticket in await town.tickets()] == [SAID, "5栋门口的垃圾没人清运"]
    assert labels_of(await shown(town, again)) == []


@pytest.mark.parametrize("answer", ["不用", "不用了谢谢", "好的，不用了", "先不用，我自己处理"])
async def test_no_leaves_nothing(town: Town, answer: str) -> None:
    question = await asked(town)
    await town.say(LIN, GARDEN, answer)
    assert (await shown(town, question))["text"] == "好的，不登记。"
    assert await town.tickets() == []
    # And answering politely to that changes nothing, while 登记 is told what to do instead.
    before = len(await town.texts(LIN, GARDEN))
    await town.say(LIN, GARDEN, "好的", reply_to=question["message_id"])
    await town.say(LIN, GARDEN, "好的")
    assert len(await town.texts(LIN, GARDEN)) == before + 2
    await town.say(LIN, GARDEN, "登记", reply_to=question["message_id"])
    assert "这个询问已经过期" in (await town.texts(LIN, GARDEN))[-1]
    assert await town.tickets() == []


async def test_what_is_told_is_in_the_script_of_the_question(town: Town) -> None:
    question = await asked(town, "3棟2單元樓道燈壞了")
    await town.say(LIN, GARDEN, "不用")
    assert (await shown(town, question))["text"] == "好的，不登記。"
    question = await asked(town, "5棟樓道燈壞了")
    assert (await town.press(LIN, GARDEN, question, "登記"))["text"] == "已登記"
    assert (await shown(town, question))["text"] == "已登記"


async def test_only_the_writer_answers(town: Town) -> None:
    question = await asked(town)
    await town.say(ZHANG, GARDEN, "要")
    await town.say(LI, GARDEN, "登记", reply_to=question["message_id"])
    assert (await town.texts(LI, GARDEN))[-1] == "请由发消息的邻居自己选择。"
    assert await town.tickets() == []
    await town.say(LIN, GARDEN, "要")
    assert len(await town.tickets()) == 1


async def test_a_yes_after_other_talk_is_for_somebody_else(town: Town) -> None:
    await asked(town)
    await town.say(LIN, GARDEN, "今晚一起吃饭吗")
    await town.say(LIN, GARDEN, "好的")
    assert await town.tickets() == []
    await asked(town)
    town.clock.advance(minutes=11)
    await town.say(LIN, GARDEN, "好的")
    assert await town.tickets() == []


async def test_a_photo_may_come_in_between(town: Town) -> None:
    await asked(town)
    await town.say(LIN, GARDEN, photo=png())
    await town.say(LIN, GARDEN, "要")
    assert (await town.ticket()).text == SAID


async def test_where_a_question_stood_is_forgotten_with_it(town: Town) -> None:
    await asked(town)
    await town.say(LIN, GARDEN, "不用")
    await asked(town, "5栋门口的垃圾没人清运")
    await town.upkeep()
    assert await rows(town) == (1, 1)
    town.clock.advance(hours=25)
    await town.upkeep()
    assert await rows(town) == (0, 0)


async def rows(town: Town) -> tuple[int, int]:
    async with town.database._engine.connect() as connection:
        prompts = await connection.scalar(select(func.count()).select_from(PromptRow))
        topics = await connection.scalar(
            select(func.count()).select_from(TopicCardRow).where(TopicCardRow.topic.startswith("prompt:"))
        )
    return int(prompts or 0), int(topics or 0)
