"""What tests of every kind share."""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest
from hypothesis import settings

from carebot.app import scratch_app
from carebot.privacy.masker import mask
from carebot.privacy.recognizers import Recognizers
from carebot.testing.fake_classifier import ScriptedClassifier

# No deadline: the first example of a test loads libraries, and machines differ. On a person's machine every run tries
# new examples; in CI a change is judged by the same ones as the change before.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")


@pytest.fixture
def scripted_app():
    """A scratch installation with everything real but the classifier, which reads turns as they are scripted."""
    with ExitStack() as stack:

        def make(care, articles, turns, reading_of):
            find = Recognizers().find
            readings = {mask(turn["says"], find(turn["says"])): reading_of(turn) for turn in turns}
            return stack.enter_context(scratch_app(care, articles, classifier=ScriptedClassifier(readings)))

        yield make
