"""The local chat in a real browser, with a bot of a few lines behind it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.sandbox_server import RunningSandbox, png, running_sandbox
from tests.sandbox_world import GARDEN, NEIGHBOUR, RESIDENT, WORKER, WORLD

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 800}
PAGE_LIMIT_BYTES = 200_000
SMALLEST_TARGET_PIXELS = 44


class LittleBot:
    """Answers every group message with a card, and every press by changing the card."""

    def __init__(self, server: RunningSandbox, http: httpx.AsyncClient) -> None:
        self._server = server
        self._http = http

    async def call(self, method: str, **params: Any) -> Any:
        answer = (await self._http.post(f"/bot{self._server.token}/{method}", json=params)).json()
        assert answer["ok"], answer
        return answer["result"]

    async def run(self) -> None:
        offset = 0
        while True:
            for update in await self.call("getUpdates", offset=offset, timeout=30):
                offset = update["update_id"] + 1
                if "message" in update and update["message"]["chat"]["type"] != "private":
                    await self.answer(update["message"])
                elif "callback_query" in update:
                    await self.pressed(update["callback_query"])

    async def answer(self, message: dict[str, Any]) -> None:
        buttons = [{"text": "认领", "callback_data": "claim"}, {"text": "说明", "callback_data": "explain"}]
        await self.call(
            "sendMessage",
            chat_id=message["chat"]["id"],
            text="<b>已登记</b> &lt;电梯&gt;",
            parse_mode="HTML",
            reply_parameters={"message_id": message["message_id"]},
            reply_markup={"inline_keyboard": [buttons]},
        )

    async def pressed(self, query: dict[str, Any]) -> None:
        if query["data"] == "explain":
            await self.call("answerCallbackQuery", callback_query_id=query["id"], text="请等候处理", show_alert=True)
            return
        card = query["message"]
        await self.call("answerCallbackQuery", callback_query_id=query["id"], text="认领成功")
        await self.call(
            "editMessageText",
            chat_id=card["chat"]["id"],
            message_id=card["message_id"],
            text=f"处理人:{query['from']['first_name']}",
        )


@pytest.fixture
async def server() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox(WORLD) as running:
        yield running


@pytest.fixture
async def bot(server: RunningSandbox) -> AsyncIterator[LittleBot]:
    async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as http:
        little = LittleBot(server, http)
        running = asyncio.create_task(little.run())
        yield little
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def open_as(
    browser: Browser, server: RunningSandbox, user_id: int, room: int | None = None, viewport: ViewportSize = DESK
) -> Page:
    """The page as ``user_id`` sees it; an error in its scripts fails the test."""
    page = await browser.new_page(viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai")
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    await page.goto(f"{server.url}/?as={user_id}" + (f"&room={room}" if room else ""))
    await expect(page.locator("#me-name")).not_to_be_empty()
    return page


async def test_a_report_is_answered_and_its_card_changes_in_place(
    browser: Browser, server: RunningSandbox, bot: LittleBot
) -> None:
    resident = await open_as(browser, server, RESIDENT, GARDEN)
    worker = await open_as(browser, server, WORKER, GARDEN)
    await resident.locator("#text").fill("3栋电梯坏了")
    await resident.locator("#text").press("Enter")

    await expect(resident.locator(".message.mine .text")).to_have_text("3栋电梯坏了")
    card = worker.locator(".message", has_text="已登记 <电梯>")
    await expect(card.locator(".text b")).to_have_text("已登记")
    await expect(card.locator(".quote")).to_contain_text("3栋电梯坏了")

    await card.get_by_role("button", name="说明").click()
    await expect(worker.locator("#alert-text")).to_have_text("请等候处理")
    await worker.locator("#alert button").click()

    await card.get_by_role("button", name="认领").click()
    await expect(worker.locator("#toast")).to_have_text("认领成功")
    for page in (worker, resident):
        await expect(page.locator(".message:not(.mine) .text", has_text="处理人:周敏")).to_be_visible()
        await expect(page.locator(".buttons")).to_have_count(0)
        await expect(page.locator(".message:not(.mine)", has_text="已登记")).to_have_count(0)


async def test_two_people_see_each_other_live_and_count_what_they_have_not_read(
    browser: Browser, server: RunningSandbox
) -> None:
    neighbour = await open_as(browser, server, NEIGHBOUR, NEIGHBOUR)
    resident = await open_as(browser, server, RESIDENT, GARDEN)
    await resident.locator("#text").fill("大家晚上好")
    await resident.locator("#send").click()
    row = neighbour.locator(".room", has_text="桂花苑邻里群")
    await expect(row.locator(".badge")).to_have_text("1")
    await expect(row).to_contain_text("李秀英: 大家晚上好")
    await row.click()
    await expect(row.locator(".badge")).to_have_count(0)

    said = neighbour.locator(".message", has_text="大家晚上好")
    await said.hover()
    await said.get_by_role("button", name="回复").click()
    await expect(neighbour.locator("#context-title")).to_have_text("回复 李秀英")
    await neighbour.locator("#text").fill("晚上好")
    await neighbour.locator("#text").press("Enter")
    answer = resident.locator(".message:not(.mine)", has_text="王建国")
    await expect(answer.locator(".quote")).to_contain_text("大家晚上好")
    await expect(answer.locator(".text")).to_have_text("晚上好")


async def test_a_photo_is_chosen_sent_with_a_caption_and_shown_large(
    browser: Browser, server: RunningSandbox, tmp_path: Path
) -> None:
    picture = tmp_path / "漏水.png"
    picture.write_bytes(png(400, 300))
    neighbour = await open_as(browser, server, NEIGHBOUR, GARDEN)
    resident = await open_as(browser, server, RESIDENT, GARDEN)
    await resident.locator("#photos").set_input_files(picture)
    await expect(resident.locator(".preview img")).to_be_visible()
    await resident.locator("#text").fill("楼道漏水")
    await resident.locator("#send").click()
    await expect(resident.locator(".preview")).to_have_count(0)

    message = neighbour.locator(".message", has_text="楼道漏水")
    image = message.locator("img")
    await expect(image).to_be_visible()
    assert await image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 400
    await message.locator(".photo").click()
    await expect(neighbour.locator("#light-image")).to_be_visible()
    await neighbour.keyboard.press("Escape")
    await expect(neighbour.locator("#light-image")).to_be_hidden()


async def test_an_own_message_is_edited_and_reaches_the_other_page(browser: Browser, server: RunningSandbox) -> None:
    await server.people.say(RESIDENT, GARDEN, "4栋电梯坏了")
    neighbour = await open_as(browser, server, NEIGHBOUR, GARDEN)
    resident = await open_as(browser, server, RESIDENT, GARDEN)
    own = resident.locator(".message.mine")
    await own.hover()
    await own.get_by_role("button", name="编辑").click()
    await expect(resident.locator("#text")).to_have_value("4栋电梯坏了")
    await resident.locator("#text").fill("3栋电梯坏了")
    await resident.locator("#text").press("Enter")
    await expect(neighbour.locator(".text")).to_have_text("3栋电梯坏了")
    await expect(neighbour.locator(".meta")).to_contain_text("已编辑")


async def test_who_i_am_is_switched_and_survives_a_reload(browser: Browser, server: RunningSandbox) -> None:
    page = await open_as(browser, server, RESIDENT)
    await page.locator("#me").click()
    await page.get_by_role("button", name="周敏").click()
    await expect(page.locator("#me-name")).to_have_text("周敏")
    await expect(page.locator(".room", has_text="桂花社区工作群")).to_be_visible()
    await page.reload()
    await expect(page.locator("#me-name")).to_have_text("周敏")


async def test_word_for_somebody_else_shows_whose_place_to_take(
    browser: Browser, server: RunningSandbox, bot: LittleBot
) -> None:
    page = await open_as(browser, server, RESIDENT, GARDEN)
    await expect(page.locator(".chip").first).to_be_visible()
    await expect(page.locator("#expected")).to_be_hidden()
    await bot.call("sendMessage", chat_id=WORKER, text="新工单")
    await expect(page.locator("#expected")).to_have_text("1")
    await page.locator("#me").click()
    await page.get_by_role("button", name="周敏").click()
    await expect(page.locator("#room-title")).to_have_text("群办助手")
    await expect(page.locator(".text")).to_have_text("新工单")
    await expect(page.locator("#expected")).to_be_hidden()


async def test_a_phone_goes_from_the_list_to_a_chat_and_back(browser: Browser, server: RunningSandbox) -> None:
    await server.people.say(NEIGHBOUR, GARDEN, "很长的一句话" * 40)
    page = await open_as(browser, server, RESIDENT, viewport=PHONE)
    await expect(page.locator("#log")).to_be_hidden()
    await page.locator(".room", has_text="桂花苑邻里群").click()
    await expect(page.locator(".message")).to_be_visible()
    await expect(page.locator("#rooms")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await page.locator("#back").click()
    await expect(page.locator("#rooms")).to_be_visible()


async def test_an_empty_room_offers_something_to_say(browser: Browser, server: RunningSandbox) -> None:
    page = await open_as(browser, server, RESIDENT, GARDEN)
    await expect(page.locator("#log")).to_contain_text("这里还没有消息")
    chip = page.locator(".chip").first
    words = await chip.inner_text()
    await chip.click()
    await expect(page.locator("#text")).to_have_value(words)


async def test_what_is_written_never_becomes_markup(browser: Browser, server: RunningSandbox) -> None:
    page = await open_as(browser, server, RESIDENT, GARDEN)
    attack = "<img src=x onerror=\"document.title='hacked'\">"
    await server.people.say(NEIGHBOUR, GARDEN, attack)
    await expect(page.locator(".text")).to_have_text(attack)
    assert await page.locator("#log img").count() == 0
    assert await page.title() != "hacked"


async def test_times_are_those_of_the_district(browser: Browser) -> None:
    """A visitor elsewhere reads the times that the bot's cards name, not those of their own wall."""
    evening = datetime(2026, 11, 23, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    said = [evening]
    async with running_sandbox(replace(WORLD, timezone="Asia/Shanghai"), clock=lambda: said[-1]) as server:
        await server.people.say(NEIGHBOUR, GARDEN, "晚安")
        said.append(evening + timedelta(hours=1))
        await server.people.say(NEIGHBOUR, GARDEN, "还没睡")
        page = await browser.new_page(viewport=DESK, locale="zh-CN", timezone_id="America/New_York")
        await page.goto(f"{server.url}/?as={RESIDENT}&room={GARDEN}")
        await expect(page.locator(".message time.meta")).to_have_text(["23:30", "00:30"])
        await expect(page.locator(".day:visible")).to_have_count(2)
        await page.close()


async def test_a_lost_connection_is_said_and_mended(browser: Browser, tmp_path: Path) -> None:
    state = tmp_path / "chat.db"
    async with running_sandbox(WORLD, state) as first:
        page = await open_as(browser, first, RESIDENT, GARDEN)
        port = first.server.bound_port
        await expect(page.locator(".chip").first).to_be_visible()
    await expect(page.locator("#banner")).to_contain_text("正在重新连接")
    async with running_sandbox(WORLD, state, port=port) as second:
        await second.people.say(NEIGHBOUR, GARDEN, "我回来了")
        await expect(page.locator(".text")).to_have_text("我回来了", timeout=15_000)
        await expect(page.locator("#banner")).to_be_hidden()
        await page.close()


@pytest.mark.parametrize("viewport", [PHONE, DESK])
async def test_the_page_is_small_stays_home_and_its_targets_can_be_hit(
    browser: Browser, server: RunningSandbox, bot: LittleBot, viewport: ViewportSize
) -> None:
    page = await browser.new_page(viewport=viewport)
    sizes: list[int] = []
    addresses: list[str] = []

    async def note(response: Any) -> None:
        addresses.append(response.url)
        if "/assets/" in response.url or response.url.split("?")[0] == f"{server.url}/":
            sizes.append(len(await response.body()))

    page.on("response", note)
    await server.people.say(RESIDENT, GARDEN, "3栋电梯坏了")
    await server.people.wait_for_text(GARDEN, "已登记")
    await page.goto(f"{server.url}/?as={RESIDENT}&room={GARDEN}")
    await expect(page.locator(".buttons button").first).to_be_visible()
    assert addresses
    assert all(address.startswith(server.url) for address in addresses)
    assert 0 < sum(sizes) < PAGE_LIMIT_BYTES
    targets = await page.locator("button:visible, a:visible, textarea:visible").evaluate_all(
        "found => found.map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height])"
    )
    assert [target for target in targets if target[1] < SMALLEST_TARGET_PIXELS] == []
