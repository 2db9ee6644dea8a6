"""Where the browser is, and how to come by one. Playwright drives it and downloads none."""

from __future__ import annotations

import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = ("Chromium", "Google Chrome")  # of macOS
HOW_TO_GET_IT = "needs a Chromium: `make browser` says how to get one"


def find_chromium() -> str | None:
    """The program, None when there is none."""
    on_path = (shutil.which(name) for name in NAMES)
    on_mac = (Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in APPLICATIONS)
    return next((found for found in on_path if found), None) or next(
        (str(path) for path in on_mac if path.exists()), None
    )
