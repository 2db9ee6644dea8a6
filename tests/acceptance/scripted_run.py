"""``carebot run`` as it is, but for the model, which is a script: it answers every question with one article."""

from __future__ import annotations

from carebot.app import App
from carebot.cli.common import open_app, settings_of
from carebot.cli.serving import Service
from carebot.testing.fake_classifier import ScriptedClassifier, reading

ARTICLE = "opening-hours"


def main() -> None:
    """Run in this folder until a signal comes."""
    with open_app(None) as configured:
        script = ScriptedClassifier(default=reading(answer=ARTICLE))
        with App(care=configured.care, places=configured.places, classifier=script) as app:
            Service(app, settings_of(None)).run()


if __name__ == "__main__":
    main()
