"""Yes and no to "shall I register this?", typed instead of pressed. Staff are asked about whatever they speak of."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models.tables_delivery import PromptRow, TopicCardRow
from routing.ticket import Status
from tests.sandbox_server import Json, png
from tests.town import GARDEN, HE, LI, LIN, ZHANG, Town, labels_of

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


async def finished(town: Town, chat: int = GARDEN) -> Json:
    """The question whether a finished matter is solved."""
    await town.say(ZHANG, chat, "锦绣花园3栋单元门锁坏了，关不上")
    await town.press_label(HE, HE, "认领")
    await town.press_label(HE, HE, "办结")
    await town.say(HE, HE, "换了新锁芯")
    return await town.with_button(ZHANG, chat, "没解决")


@pytest.mark.parametrize(
    ("chat", "said", "rating"),
    [(GARDEN, "满意！", "satisfied"), (ZHANG, "不满意", "dissatisfied"), (GARDEN, "不滿意", "dissatisfied")],
)
async def test_solved_and_the_rating_may_be_typed(town: Town, chat: int, said: str, rating: str) -> None:
    question = await finished(town, chat)
    await town.say(ZHANG, chat, "解决了，谢谢师傅", reply_to=question["message_id"])
    ticket = await town.ticket()
    assert (ticket.status, ticket.solved) == (Status.ARCHIVED, True)
    asked = next(one for one in await town.people.history(ZHANG, chat) if "满意" in labels_of(one))
    assert asked["message_id"] == question["message_id"], "the answer stands where the question stood"
    await town.say(ZHANG, chat, said, reply_to=asked["message_id"])
    assert (await town.ticket()).satisfaction == rating


async def test_not_solved_may_be_typed_and_nobody_elses_word_counts(town: Town) -> None:
    question = await finished(town)
    await town.say(LI, GARDEN, "解决了", reply_to=question["message_id"])
    assert (await town.ticket()).status is Status.RESOLVED
    await town.say(ZHANG, GARDEN, "还是没解决", reply_to=question["message_id"])
    ticket = await town.ticket()
    assert (ticket.status, ticket.reopens) == (Status.IN_PROGRESS, 1)
    # Without answering the question, or after it was settled, the words lead to a question as they always do.
    await town.say(ZHANG, GARDEN, "修好了")
    assert (await town.ticket()).status is Status.IN_PROGRESS
    assert await town.with_button(ZHANG, GARDEN, "还没好")
