"""Webhooks: what concerns an account is pushed to its URL, at least once, in the order of the log."""

from __future__ import annotations

import json
import logging
import threading
import time

import httpx

from carebot.channels.townsquare.signature import HEADER, sign
from carebot.channels.townsquare.web.accounts import Account
from carebot.channels.townsquare.web.database import Row
from carebot.channels.townsquare.web.faults import FaultBox
from carebot.channels.townsquare.web.inbox import Inbox
from carebot.channels.townsquare.web.problems import EmptyError
from carebot.channels.townsquare.web.square import Square

_log = logging.getLogger(__name__)
_MOST_ITEMS = 50
_LOOK_EVERY = 0.25  # seconds: posts become visible without a change
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 30.0
_HOOKS = "SELECT * FROM accounts WHERE webhook_url IS NOT NULL"


class Pusher:
    """One thread that pushes to all registered URLs; it starts with the first of them."""

    def __init__(self, square: Square, inbox: Inbox, faults: FaultBox) -> None:
        self._square = square
        self._inbox = inbox
        self._faults = faults
        self._wake = threading.Event()
        self._is_over = False
        self._thread: threading.Thread | None = None
        self._failures: dict[int, tuple[int, float]] = {}  # account: how often in a row, when to try again
        square.on_change.append(lambda _kind, _id: self._wake.set())

    def start(self) -> None:
        """Begin, when somebody is registered."""
        if self._thread is None and self._square.database.one(_HOOKS) is not None:
            self._thread = threading.Thread(target=self._run, name="square-push", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, after what is in hand."""
        self._is_over = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=6)

    def register(self, account: Account, url: str, secret: str) -> None:
        """Push to this URL from now on; the same URL again goes on where it was."""
        if not url.startswith(("http://", "https://")):
            raise EmptyError("the url of a webhook begins with http:// or https://")
        with self._square.database.writing():
            self._square.database.run(
                "UPDATE accounts SET webhook_position = CASE WHEN webhook_url = ?1 THEN webhook_position ELSE ?2 END,"
                " webhook_url = ?1, webhook_secret = ?3 WHERE number = ?4",
                url,
                self._inbox.latest(),
                secret,
                account.number,
            )
        self._failures.pop(account.number, None)
        self.start()
        self._wake.set()

    def forget(self, account: Account) -> None:
        """Push no more."""
        statement = "UPDATE accounts SET webhook_url = NULL, webhook_secret = NULL WHERE number = ?"
        self._square.database.run(statement, account.number)

    def _run(self) -> None:
        with httpx.Client(timeout=5, follow_redirects=False, trust_env=False) as client:
            while not self._is_over:
                self._wake.wait(_LOOK_EVERY)
                self._wake.clear()
                if not self._faults.is_down:
                    self._push_all(client)

    def _push_all(self, client: httpx.Client) -> None:
        for hook in self._square.database.all(_HOOKS):
            number, position = hook["number"], hook["webhook_position"]
            failures, due = self._failures.get(number, (0, 0.0))
            if due > time.monotonic():
                continue
            reached, more = position, True
            while more and not self._is_over:
                before, (reached, more) = reached, self._push(client, hook, reached)
                if reached == before:
                    break
                self._failures.pop(number, None)
                keep = "UPDATE accounts SET webhook_position = ? WHERE number = ? AND webhook_url = ?"
                self._square.database.run(keep, reached, number, hook["webhook_url"])
            if more and not self._is_over:
                pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures, 10))
                self._failures[number] = (failures + 1, time.monotonic() + pause)

    def _push(self, client: httpx.Client, hook: Row, position: int) -> tuple[int, bool]:
        """Where the account stands now, and whether there is more for it."""
        account = self._square.accounts.by_number(hook["number"])
        page = self._inbox.page(account, position, _MOST_ITEMS)
        if not page.items:
            return position, False
        body = json.dumps({"account": account.handle, "items": self._faults.disordered(page.items)}).encode()
        headers = {
            HEADER: sign(hook["webhook_secret"], int(time.time()), body),
            "Content-Type": "application/json",
        }
        try:
            answer = client.post(hook["webhook_url"], content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            _log.info("the webhook of account %s cannot be reached", account.id)
            return position, True
        if not answer.is_success:
            _log.info("the webhook of account %s answered %s", account.id, answer.status_code)
            return position, True
        return page.position, not page.is_last
