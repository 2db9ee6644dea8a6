"""What tests of every kind share."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from carebot.app import scratch_app
from carebot.privacy.masker import mask
from carebot.privacy.recognizers import Recognizers
from carebot.testing.fake_classifier import ScriptedClassifier


@pytest.fixture
def scripted_app():
    """A scratch installation with everything real but the classifier, which reads turns as they are scripted."""
    with ExitStack() as stack:

        def make(care, articles, turns, reading_of):
            find = Recognizers().find
            readings = {mask(turn["says"], find(turn["says"])): reading_of(turn) for turn in turns}
            return stack.enter_context(scratch_app(care, articles, classifier=ScriptedClassifier(readings)))

        yield make
