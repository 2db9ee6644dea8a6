"""The watch itself: what a page may not do is heard, so that silence means something."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.watching import Watched

POLICY = {"content-type": "text/html", "content-security-policy": "default-src 'self'"}


@pytest.mark.parametrize(
    ("does", "heard"),
    [
        ("console.error('broken')", "broken"),
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
        ("fetch('http://elsewhere.example/').catch(() => {})", "asked for http://elsewhere.example/"),
    ],
    ids=["console", "error", "elsewhere"],
)
def test_what_a_page_may_not_do_is_heard(open_page: Callable[..., Watched], does: str, heard: str) -> None:
    watched = open_page()
    watched.page.route("**/*", lambda route: route.abort())  # nothing really leaves
    with watched.page.expect_event(
        "console" if "console" in does else "requestfailed" if "fetch" in does else "pageerror"
    ):
        watched.page.evaluate(f"() => {{ {does} }}")
    assert any(heard in one for one in watched.complaints)
    watched.complaints.clear()


def test_a_page_that_breaks_its_policy_or_shuts_somebody_out_is_heard(
    open_page: Callable[..., Watched],
) -> None:
    watched = open_page()
    body = "<title>A page</title><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' id='bad'>"
    watched.page.route("**/*", lambda route: route.fulfill(status=200, headers=POLICY, body=body))
    with watched.page.expect_console_message(lambda said: said.text.startswith("CSP")):
        watched.page.goto("http://127.0.0.1:9/")
    assert any("CSP: img-src" in one for one in watched.complaints)
    assert any("image-alt" in one for one in watched.violations())
    watched.complaints.clear()
