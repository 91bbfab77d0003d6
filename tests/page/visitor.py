"""What somebody does on the page, in few words."""

from playwright.async_api import ConsoleMessage, Locator, Page, Request

FIRST, SECOND = "slack-1", "slack-2"


class Slackpane:
    """One of the two panes of Slack."""

    def __init__(self, page: Page, pane: str) -> None:
        self.page = page
        self.box = page.locator(f"#pane-{pane}")
        self.log = self.box.locator(".slack-main").get_by_role("log")
        self.thread = self.box.get_by_label("Thread", exact=True).first
        self.modal = self.box.get_by_role("dialog")
        self.composer = self.box.locator(".slack-main textarea").last
        self.channels = self.box.locator("nav")

    async def open(self, channel: str) -> None:
        await self._bring_out_the_channels()
        await self.channels.get_by_role("button", name=channel).first.click()
        await self.box.get_by_role("heading", name=channel).first.wait_for()

    async def say(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    def message(self, text: str) -> Locator:
        return self.log.get_by_role("article").filter(has_text=text)

    async def press(self, text: str, label: str) -> None:
        """Press a button under the message that says this."""
        await self.message(text).get_by_role("button", name=label, exact=True).click()

    async def _bring_out_the_channels(self) -> None:
        """Where the pane is narrow, the list of channels is put away."""
        await self.box.locator(".slack").wait_for()
        if not await self.channels.is_visible():
            await self.box.get_by_role("button", name="Channels and apps of").first.click()

    async def be(self, name: str) -> None:
        await self._bring_out_the_channels()
        await self.box.get_by_role("button", name="Be somebody else").click()
        await self.page.get_by_role("menuitemradio", name=name).click()
        # By then the list may be put away again, and nobody has a role in what is put away.
        await self.channels.locator(".person-switch", has_text=name).wait_for(state="attached")


class Visitor:
    """Somebody before the page, and what went wrong in it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.first, self.second = Slackpane(page, FIRST), Slackpane(page, SECOND)
        self.wrong: list[str] = []
        self._url = url
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("console", self._told)
        page.on("request", self._asked)

    def _told(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self._url}/", "data:", "blob:")):
            self.wrong.append(f"asked outside: {request.url}")
