"""The main job in a real browser on a served sample district: report, claim, completion, rating, digest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.process import Serving, serving
from tests.sandbox_server import png
from tests.town import GAO, GARDEN, HE, LIN, STAFF_ROOM, TANG, ZHANG

pytestmark = pytest.mark.browser

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE_MILLISECONDS = 15_000
"""For what takes one way through bot and outbox on a busy machine."""

LEAK = "3栋2单元502楼道顶上一直漏水，地上全是水，麻烦来人看看"
RESULT = "更换了楼上住户的进水软管，已不再漏水"

expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Serving]:
    """``qunban run`` in an empty folder, as after ``make run`` on a fresh machine."""
    async with serving(tmp_path, {}) as running:
        yield running


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_leak_with_a_photo_is_claimed_closed_rated_and_counted(
    browser: Browser, service: Serving, viewport: ViewportSize, tmp_path: Path
) -> None:
    picture = tmp_path / "漏水.png"
    picture.write_bytes(png(640, 480, (126, 146, 160)))
    resident = await _open_as(browser, service, ZHANG, GARDEN, viewport)
    handler = await _open_as(browser, service, HE, HE, viewport)

    await resident.locator("#photos").set_input_files(picture)
    await _say(resident, LEAK)
    card = _from_bot(resident, "已登记：渗漏水")
    await expect(card).to_contain_text("负责 物业 何志强")
    await expect(card).to_contain_text("3栋2单元")
    # The quote above it is the resident's own message.
    await expect(card.locator(".text")).not_to_contain_text("502")
    number = (await card.locator(".text").inner_text()).split("单号 ")[1].split()[0]
    await _look_at(resident, tmp_path, "1-registered")

    task = _from_bot(handler, f"单号 {number}")
    await expect(task).to_contain_text("502")
    await expect(handler.locator(".message img").first).to_be_visible()
    await _look_at(handler, tmp_path, "2-card")
    await _button(task, "认领").click()
    await expect(handler.locator("#toast")).to_have_text(f"您已认领工单 {number}")
    await expect(card).to_contain_text("何志强 已认领")

    await _button(task, "办结").click()
    await expect(_from_bot(handler, "请用一句话写明")).to_be_visible()
    await _say(handler, RESULT)
    await expect(_from_bot(handler, "已办结，等待反映人确认")).to_be_visible()
    await expect(task).to_contain_text(RESULT)
    await expect(task.locator(".buttons")).to_have_count(0)
    await _look_at(handler, tmp_path, "3-done")

    question = _from_bot(resident, "问题解决了吗")
    await expect(question).to_contain_text(RESULT)
    await _look_at(resident, tmp_path, "4-asked")
    await _button(question, "已解决").click()
    await _button(resident, "满意").click()
    await expect(_from_bot(resident, "已记录：满意")).to_be_visible()
    await expect(card).to_contain_text("已办结并归档")
    await expect(resident.locator(".message .buttons")).to_have_count(0)
    await _look_at(resident, tmp_path, "5-rated")

    supervisor = await _open_as(browser, service, GAO, GAO, viewport)
    await _say(supervisor, "/digest")
    digest = _from_bot(supervisor, "棠东区 日报")
    await expect(digest).to_contain_text("新增 1 件，办结 1 件，归档 1 件")
    await expect(digest).to_contain_text("满意率 100%（1/1）")
    await expect(digest).to_contain_text("没有超期工单")
    await _look_at(supervisor, tmp_path, "6-digest")
    for page in (resident, handler, supervisor):
        assert await page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert await service.stop() == 0


async def test_two_pages_race_for_a_card_in_the_staff_group(browser: Browser, service: Serving) -> None:
    resident = await _open_as(browser, service, ZHANG, GARDEN, DESK)
    worker = await _open_as(browser, service, LIN, STAFF_ROOM, DESK)
    handler = await _open_as(browser, service, HE, HE, DESK)
    await _say(resident, "3栋单元门锁坏了，关不上，谁都能进")
    offers = [_button(page, "认领") for page in (worker, handler)]
    for offer in offers:
        await expect(offer).to_be_visible()
    # The worker's page stands still, so that its button is an old picture when it is pressed.
    await worker.context.set_offline(offline=True)
    await offers[1].click()
    await expect(handler.locator("#toast")).to_contain_text("您已认领工单")
    await expect(_from_bot(resident, "何志强 已认领")).to_be_visible()
    await worker.context.set_offline(offline=False)
    await expect(_from_bot(worker, "经办 物业 何志强")).to_be_visible()
    await expect(_button(worker, "认领")).to_have_count(0)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_question_is_answered_in_the_group_and_the_papers_in_private(
    browser: Browser, service: Serving, viewport: ViewportSize, tmp_path: Path
) -> None:
    resident = await _open_as(browser, service, ZHANG, GARDEN, viewport)
    await _say(resident, "居住证怎么办，要带什么材料")
    answer = _from_bot(resident, "📋 居住证办理")
    await expect(answer).to_contain_text("材料 身份证原件、一寸白底照片")
    await _look_at(resident, tmp_path, "1-answer")
    await _button(answer, "帮我办").click()
    await expect(_from_bot(resident, "已登记：户籍与居住登记")).to_contain_text("材料 0/4")
    # The link of this button opens the private chat and says /start there, as the messenger's own app does.
    await _button(_from_bot(resident, "已登记代办，单号"), "材料清单").click()
    whole = _from_bot(resident, "📋 居住证办理 材料清单")
    await expect(whole).to_contain_text("2. 一寸白底照片")
    await expect(resident.locator("#room-title")).to_have_text("群办")
    await _look_at(resident, tmp_path, "2-list")

    secretary = await _open_as(browser, service, TANG, TANG, viewport)
    task = _from_bot(secretary, "户籍与居住登记")
    await _button(task, "认领").click()
    await _button(task, "☐ 身份证原件").click()
    await expect(_button(task, "☑ 身份证原件")).to_be_visible()
    await expect(task).to_contain_text("材料 1/4")
    await _look_at(secretary, tmp_path, "3-papers")
    for page in (resident, secretary):
        assert await page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


async def _open_as(browser: Browser, service: Serving, person: int, room: int, viewport: ViewportSize) -> Page:
    """The local chat as ``person`` sees it, in a browser of their own; an error in its scripts fails the test."""
    context = await browser.new_context(viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai")
    page = await context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    await page.goto(f"{service.url}/?as={person}&room={room}")
    await expect(page.locator("#text")).to_be_visible()
    return page


async def _say(page: Page, words: str) -> None:
    await page.locator("#text").fill(words)
    await page.locator("#send").click()
    await expect(page.locator("#text")).to_have_value("")


def _from_bot(page: Page, words: str) -> Locator:
    """The newest message of somebody else in the open room that says ``words``."""
    return page.locator(".message:not(.mine)", has_text=words).last


def _button(where: Page | Locator, label: str) -> Locator:
    """The inline button with exactly this label."""
    return where.locator(".buttons").get_by_role("button", name=label, exact=True)


async def _look_at(page: Page, folder: Path, name: str) -> None:
    """A picture for a person to look at."""
    await page.screenshot(path=folder / f"{name}.png")
