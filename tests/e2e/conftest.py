"""A real browser for the tests that look at pages; they are skipped with a reason where the machine has none."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser_setup import LAUNCH_ARGUMENTS, LEFT_OUT, find_chromium


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium without a window."""
    executable = find_chromium()
    if executable is None:
        pytest.skip(LEFT_OUT)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=executable, args=list(LAUNCH_ARGUMENTS))
        yield launched
        await launched.close()
