"""An installation with a console before it, and browsers that are signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from fastapi.testclient import TestClient
from httpx import Response

from carebot.app import App
from carebot.console import ConsoleParts, make_console, make_sign_in_link
from carebot.core.message import IncomingMessage, Visibility
from carebot.core.rights import Role, Viewer
from carebot.testing.fake_classifier import ScriptedClassifier, reading
from tests.unit.services.houses import NOON, Clock, article, by, open_house, said, tell

SECRET = b"a secret of the tests"
HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(2)> &amp; ${7*7} {{7*7}}'
BOUGHT = "how do I charge it?"
PEOPLE = {
    "kim": {Role.AGENT},
    "lee": {Role.AGENT},
    "pat": {Role.SPECIALIST},
    "mel": {Role.MARKETING},
    "max": {Role.MARKETING},
    "ops": {Role.OPERATOR},
    "lea": {Role.LEAD},
}


@dataclass
class Browser:
    """What a person does with the pages."""

    client: TestClient
    token: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"Sec-Fetch-Site": "same-origin"})

    def get(self, path: str, **headers: str) -> Response:
        answer = self.client.get(path, headers=headers)
        found = re.search(r'name="token" id="me-token" value="([0-9a-f]+)"', answer.text)
        self.token = found.group(1) if found else self.token
        return answer

    def part(self, path: str) -> Response:
        return self.client.get(path, headers={"HX-Request": "true"})

    def post(self, path: str, **values: str) -> Response:
        return self.client.post(
            path, data={"token": self.token, **values}, headers={**self.headers, "HX-Request": "true"}
        )


class ConsoleHouse:
    """An installation whose console is asked by several people."""

    def __init__(self, database: Path) -> None:
        script = {
            BOUGHT: reading(answer="charging"),
            "my bill is wrong": reading(private=0.95),
            "press": reading(private=0.0),
        }
        self.clock = Clock()
        self.people = {name: set(roles) for name, roles in PEOPLE.items()}
        self.app: App = open_house(
            ScriptedClassifier(script),
            database=database,
            articles=[article()],
            clock=self.clock,
            bot={"mode": "suggest", "reach": 1000},
            brands=[{"name": "Plum", "accounts": {"replay": ["@plum"]}}],
        )
        self.start_anew()

    def start_anew(self) -> None:
        """The console as a new process has it."""
        self.console = make_console(
            ConsoleParts(
                queries=self.app.queries,
                uow=self.app.uow,
                clock=self.clock,
                house=self.app.house,
                sealer=self.app.sealer,
                find=self.app.recognizer.find,
                viewer=lambda person: Viewer(id=person, roles=frozenset(self.people.get(person, ()))),
                secret=SECRET,
            )
        )

    def tell(self, number: int, text: str, **changes: object) -> str:
        """A message comes in; the id of its case."""
        author = by(f"customer-{number}", followers=int(str(changes.pop("followers", 10))))
        message: IncomingMessage = said(number, text, author=author, thread_id=f"t-{number}", **changes)
        (item,) = tell(self.app, message)
        assert item.case is not None
        return item.case.id

    def again(self, number: int, text: str, *, minutes: int = 1, direct: bool = False) -> None:
        """The customer of that message writes again."""
        tell(
            self.app,
            said(
                f"{number}-{minutes}-{direct}",
                text,
                author=by(f"customer-{number}", followers=10),
                thread_id=None if direct else f"t-{number}",
                visibility=Visibility.DIRECT if direct else Visibility.PUBLIC,
                at=NOON + timedelta(minutes=minutes),
            ),
        )

    def link(self, person: str) -> str:
        return make_sign_in_link(person, SECRET, self.clock.now())

    def stranger(self, host: str = "127.0.0.1") -> Browser:
        client = TestClient(
            self.console, base_url="http://console.test", follow_redirects=False, client=(host, 50000)
        )
        return Browser(client)

    def browser(self, person: str, page: str = "") -> Browser:
        """Somebody who signed in, and looks at a page."""
        browser = self.stranger()
        answer = browser.post("/sign-in", token=self.link(person))
        assert answer.status_code == 303, answer.text
        if page:
            browser.get(page)
        return browser
