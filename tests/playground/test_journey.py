"""The six steps of the strip, in headless Chromium, with the pictures that the README shows.

The pictures are kept in the test's own folder; `make screenshots` keeps them in the project.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from tests.processes import environment

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ROOT = Path(__file__).parents[2]
PICTURES = "SCREENSHOTS"
PATIENCE = 30_000  # milliseconds: the machine may be busy with something else
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no browser: apt-get install chromium"),
]
expect.set_options(timeout=PATIENCE)


@contextmanager
def playground(folder: Path) -> Iterator[str]:
    """`python -m playground` as a person starts it, with nothing kept from before: its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "playground"],
        env=environment(folder, PLAYGROUND_PORT="0"),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        yield next(line.split()[1] for line in lines if line.startswith("Playground: "))
    finally:
        process.terminate()
        assert process.wait(30) == 0
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One playground for the tests that leave nothing behind which another one looks at."""
    with playground(tmp_path_factory.mktemp("shared")) as address:
        yield address


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(browser: Browser, address: str) -> AsyncIterator[Page]:
    """The page as a newcomer finds it, ready to be used."""
    page = await browser.new_page(viewport={"width": 1200, "height": 800})
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    await page.goto(address)
    await expect(page.get_by_label("Type a command")).to_have_value(re.compile("^/need How can"))
    yield page
    if await page.get_by_role("dialog").count():  # the form is the person's, not the page's
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.close()
    assert failures == []


@pytest.fixture
async def page(browser: Browser, shared: str) -> AsyncIterator[Page]:
    async with visiting(browser, shared) as page:
        yield page


@pytest.fixture
async def fresh_page(browser: Browser, tmp_path: Path) -> AsyncIterator[Page]:
    """The same, of a playground in which nobody has done anything."""
    with playground(tmp_path) as address:
        async with visiting(browser, address) as page:
            yield page


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures are kept."""
    return ROOT / os.environ[PICTURES] if PICTURES in os.environ else tmp_path


async def next_step(page: Page) -> None:
    await page.get_by_role("button", name="Next step").click()
    await page.get_by_role("button", name="Take me there").click()


async def post(page: Page, words: str = "Post") -> None:
    modal = page.get_by_role("dialog")
    await modal.get_by_role("button", name=words, exact=True).click()
    await modal.get_by_role("button", name="Done").click()
    await expect(modal).to_have_count(0)


async def to_monday(page: Page) -> None:
    """Move the clock, and wait for that Monday's digest and for the page to be quiet."""
    await page.get_by_role("button", name="To Monday 09:00").click()
    # First what is said for six seconds only: the digest may take longer on a busy machine.
    await expect(page.get_by_role("status")).to_contain_text("The clock has moved")
    await expect(page.locator("#time")).to_contain_text("Monday")
    monday = re.search(r"\d+ \w+ \d{4}", await page.locator("#time").inner_text())
    assert monday is not None
    digest = page.get_by_role("log").get_by_role("article").last
    await expect(digest).to_contain_text(f"the week to {monday.group()}")
    await expect(page.get_by_role("status")).to_be_empty()


async def test_the_six_steps_can_be_played(fresh_page: Page, pictures: Path) -> None:
    page = fresh_page
    messages = page.get_by_role("log")

    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("dialog")).to_contain_text("What do you need to know?")
    await page.screenshot(path=pictures / "1-need.png")
    await post(page)

    await next_step(page)
    card = messages.get_by_role("article").last
    await expect(card).to_contain_text("Strong match")
    await expect(card).to_contain_text("Both mention")
    await expect(card).not_to_contain_text("Ines")
    await page.screenshot(path=pictures / "2-suggestions.png")
    await card.get_by_role("button", name="Ask for an introduction").first.click()
    await expect(card).to_contain_text("Asked: waiting for an answer")

    await next_step(page)
    asked = messages.get_by_role("article").last
    await expect(asked).to_contain_text("Could you help with this?")
    await expect(asked).not_to_contain_text("Otto")
    await page.screenshot(path=pictures / "3-asked.png")
    await asked.get_by_role("button", name="Yes, introduce us").click()
    await expect(asked).to_contain_text("Introduced")

    await next_step(page)
    await expect(messages).to_contain_text("You have both said yes.")
    await expect(messages).to_contain_text("@Ines Merrowdown")
    await expect(messages).to_contain_text("Three things to settle first")
    await page.screenshot(path=pictures / "4-group.png")

    await next_step(page)
    await page.get_by_role("button", name="Send").click()
    await post(page)
    await expect(messages).to_contain_text("Nobody in the network fits yet.")
    offer = re.search(r"“(I measure[^”]*)”", await page.locator("#tour-text").inner_text())
    assert offer is not None
    await page.get_by_label("You are").select_option(label="Odile Starling")
    await page.get_by_label("Type a command").fill(f"/expertise {offer.group(1)}")
    await page.get_by_role("button", name="Send").click()
    await post(page, "Offer")
    await expect(messages).to_contain_text("Your expertise")
    await page.get_by_label("You are").select_option(label="Otto Fernsby")
    await expect(messages).to_contain_text("Somebody new could help you")
    await page.screenshot(path=pictures / "5-told.png")

    await next_step(page)
    await to_monday(page)
    await expect(messages).not_to_contain_text("Ines Merrowdown")
    await page.screenshot(path=pictures / "6-digest.png")


async def test_it_works_by_keyboard_alone(page: Page) -> None:
    say = page.get_by_label("Type a command")
    await say.focus()
    await say.fill("/ne")
    await expect(page.get_by_role("listbox", name="Commands")).to_contain_text("/need")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Which trees cool a school playground soonest?")
    await page.keyboard.press("Enter")
    modal = page.get_by_role("dialog")
    await expect(modal.get_by_label("What do you need to know?")).to_be_focused()
    await modal.get_by_label("Which place is it about?").focus()
    await page.keyboard.type("newport")
    await expect(modal.get_by_role("option").first).to_contain_text("Newport")
    await page.keyboard.press("Enter")
    await expect(modal.get_by_role("button", name="Remove Newport")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)


async def test_the_home_stays_on_the_screen_and_its_buttons_work(page: Page) -> None:
    home = page.get_by_role("navigation").get_by_role("button", name="Home")
    await home.click()
    messages = page.get_by_role("log")
    await expect(page.get_by_role("heading", name="Home", level=1)).to_be_visible()
    await expect(messages).to_contain_text("My needs")
    await page.wait_for_function("() => performance.now() > 2000")  # it is looked at every 700 ms
    await expect(home).to_have_attribute("aria-current", "page")
    await messages.get_by_role("button", name="Post a need").first.click()
    await expect(page.get_by_role("dialog")).to_contain_text("What do you need to know?")


async def late(route: Route) -> None:
    await asyncio.sleep(1)
    await route.continue_()


async def test_who_sends_before_the_page_is_ready_loses_nothing(page: Page) -> None:
    await page.route("**/state?*", late)
    await page.get_by_label("You are").select_option(label="Odile Starling")
    await page.get_by_label("Type a command").fill("/expertise Hedgerows and what lives in them")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("dialog").get_by_label("What can you help with?")).to_have_value(
        "Hedgerows and what lives in them"
    )


async def test_who_types_before_the_page_is_ready_loses_nothing(page: Page) -> None:
    await page.evaluate("sessionStorage.clear()")
    await page.route("**/state?*", late)
    await page.reload(wait_until="commit")
    say = page.get_by_label("Type a command")
    await say.focus()
    await page.keyboard.type("/ne")
    await expect(page.get_by_role("listbox", name="Commands")).to_contain_text("/need")
    await page.unroute("**/state?*")
    await expect(page.get_by_label("You are")).not_to_have_value("")
    await expect(say).to_have_value("/ne")


async def test_what_is_wrong_is_said_beside_its_field(page: Page) -> None:
    await page.get_by_role("button", name="Send").click()
    modal = page.get_by_role("dialog")
    question = modal.get_by_label("What do you need to know?")
    await question.fill("Call me on 01632 960 123 about <!channel> floods")
    await modal.get_by_role("button", name="Post", exact=True).click()
    await expect(modal.get_by_role("alert").first).to_contain_text("leave out phone numbers")
    await expect(question).to_have_value(re.compile("01632"))
    await question.fill("   ")
    await modal.get_by_role("button", name="Post", exact=True).click()
    await expect(modal.get_by_role("alert").first).to_contain_text("Please")


async def test_a_playground_that_has_stopped_is_told_where_it_is_seen(page: Page) -> None:
    await page.get_by_role("button", name="Send").click()
    modal = page.get_by_role("dialog")
    await modal.get_by_label("What do you need to know?").fill("Which hedges stop dust?")
    await page.route("**/act/*", lambda route: route.abort())
    await page.route("**/state?*", lambda route: route.abort())
    await expect(modal.get_by_role("status")).to_contain_text("Is make run still running?")
    await modal.get_by_role("button", name="Post", exact=True).click()
    await expect(modal.get_by_role("status")).to_contain_text("Is make run still running?")
    await page.unroute("**/state?*")
    await page.unroute("**/act/*")
    await expect(modal.get_by_role("status")).to_contain_text("The playground answers again.")
    question = modal.get_by_label("What do you need to know?")
    await expect(question).to_have_value("Which hedges stop dust?")


async def test_a_message_is_read_out_without_its_markup(page: Page) -> None:
    await page.get_by_label("Type a command").fill("/need help")
    await page.get_by_role("button", name="Send").click()
    read_out = re.compile(
        "^Docking Point: /need: post a research question[^*`]+this list$", re.DOTALL
    )
    newest = page.get_by_role("log").get_by_role("article").last
    await expect(newest).to_have_accessible_name(read_out)
