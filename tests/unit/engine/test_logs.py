from __future__ import annotations

import io
import json
import logging
import sys

import pytest

from carebot.engine.logs import JsonFormatter, TextFormatter, set_up_logs


def record(exception: bool = False, **extra: str) -> logging.LogRecord:
    error = None
    if exception:
        words = "quokka marmalade"
        try:
            raise ValueError(words)
        except ValueError:
            error = sys.exc_info()
    made = logging.LogRecord("carebot.engine", logging.WARNING, __file__, 1, "%s waits", ("m-1",), error)
    made.__dict__.update(extra)
    return made


def test_a_line_of_json_has_time_level_logger_event_and_ids() -> None:
    line = json.loads(JsonFormatter().format(record(case="C-1001")))
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "warning", "logger": "carebot.engine", "event": "m-1 waits", "case": "C-1001"}


def test_a_line_of_text_is_for_people() -> None:
    assert TextFormatter().format(record()) == "WARNING carebot.engine: m-1 waits"


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_an_exception_is_shown_by_class_and_place_only(formatter: logging.Formatter) -> None:
    line = formatter.format(record(exception=True))
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert "quokka" not in line


@pytest.mark.parametrize("name", ["text", "json"])
def test_other_peoples_logs_are_shown_from_warnings_on(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    root = logging.getLogger()
    before, level = [*root.handlers], logging.getLogger("carebot").level
    try:
        set_up_logs("debug", name)
        set_up_logs("debug", name)
        logging.getLogger("carebot.here").debug("ours")
        logging.getLogger("elsewhere").info("theirs")
        shown = sys.stderr.getvalue()  # type: ignore[attr-defined]
    finally:
        root.handlers[:] = before
        logging.getLogger("carebot").setLevel(level)
    assert shown.count("ours") == 1
    assert "theirs" not in shown
