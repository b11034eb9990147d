"""A phone that has no app and runs no script: it opens links, reads pages, fills in forms."""

import html
import json
import re
from typing import Any

import httpx

from tests.channels.gateways import ChannelWorld
from tests.standins.authenticator import Authenticator

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
FORM = re.compile(r'<form class="stack" method="post" action="([^"]*)">(.*?)</form>', re.DOTALL)


class PhoneWithoutApp:
    """Remembers cookies and the page it shows; follows redirects, as browsers do."""

    def __init__(self, world: ChannelWorld, language: str = "en") -> None:
        self.world = world
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(world.here.app),
            base_url=world.settings.public_url,
            follow_redirects=True,
            headers={"Accept": "text/html", "Accept-Language": language, "Sec-Fetch-Site": "same-origin"},
        )
        self.page = ""
        self.path = ""
        self.status = 0

    async def get(self, path: str, expect: int = 200) -> str:
        return self._shows(await self.http.get(path), expect)

    async def opens(self, secret: str, expect: int = 200) -> str:
        """Open the link of a message: what the small script of the first page does."""
        return self._shows(await self.http.post("/g", data={"secret": secret}), expect)

    async def is_invited(self, token: str, expect: int = 200) -> str:
        return self._shows(await self.http.post("/g/join", data={"secret": token}), expect)

    async def sends(self, action: str, expect: int = 200, /, **fields: Any) -> str:
        """Send the form of the present page that posts to this path."""
        [inner] = [inner for path, inner in FORM.findall(self.page) if path == action][:1]
        hidden = dict(HIDDEN.findall(inner))
        return self._shows(await self.http.post(action, data=hidden | fields), expect)

    async def makes_passkey(self, phone: Authenticator, **edit: Any) -> str:
        """Do what the script of the present page does; return what its form then holds."""
        [token] = {value for name, value in HIDDEN.findall(self.page) if name == "token"}
        options = await self.http.post("/g/me/account/finger/options", data={"token": token})
        assert options.status_code == 200, options.text
        return json.dumps(phone.create(options.json()) | edit)

    def _shows(self, reply: httpx.Response, expect: int) -> str:
        assert reply.status_code == expect, (
            f"{reply.request.method} {reply.url}: {reply.status_code} {reply.text[-900:]}"
        )
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["referrer-policy"] == "no-referrer"
        scripts = reply.url.path.startswith("/g/me/account/finger") and "<script>" in reply.text
        assert ("script-src 'sha256-" in reply.headers["content-security-policy"]) is scripts
        assert reply.text.count("<script") == scripts, "only what a browser does for scripts alone has one"
        self.page, self.path, self.status = html.unescape(reply.text), reply.url.path, reply.status_code
        return self.page
