"""Everything that can go wrong, in one tree.

The docstring of a class is the message a person sees first; the instance adds what, where and what to do.

::

    CarebotError
    ├── ConfigurationError      care.yaml, .env or an argument is wrong: file, line, what was expected
    │   └── EvaluationError     labelled conversations, or what goes with them, cannot be used
    ├── KeyMissingError         no key, no start
    ├── SealError               sealed text cannot be opened
    ├── StoreError
    │   ├── SchemaError         the database has another schema than this version
    │   ├── StaleVersionError   somebody else changed the row in between; run again
    │   └── StoreBusyError      another process holds the database
    ├── ClassifierError         the model is missing, damaged or failed; the message goes to people
    │   ├── ModelMissingError
    │   ├── ModelDamagedError
    │   └── ClassifierTimeoutError
    ├── LearningError           reviews are too few, or would make the model worse; nothing was written
    ├── ChannelError            a network did not do what it was asked; ``retry_after`` says when it may
    │   ├── ChannelUnreachableError  it certainly did nothing: no connection, or it said so
    │   ├── ChannelLimitError        it is asked too often
    │   ├── ChannelUncertainError    it may have done it: the answer was lost, or made no sense
    │   ├── ChannelRefusedError      it will not do this, however often it is asked
    │   └── ChannelAccessError       our credentials are not accepted
    ├── AlreadyRunningError     another `carebot run` serves this database
    ├── ClaimedError            somebody else has the case
    ├── OutdatedError           something happened since the preview was shown
    ├── RefusedTextError        the gate does not let this text out
    ├── IllegalTransitionError  a case cannot take this step from its status
    ├── NotAllowedError         the role has no right to this
    ├── ArticleError            an article or knowledge base cannot be used
    └── ReplayError             a replay file cannot be read: file, line, what was expected
"""

from __future__ import annotations

from datetime import timedelta


class CarebotError(Exception):
    """Something went wrong in carebot."""

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(detail or (type(self).__doc__ or ""))


class ConfigurationError(CarebotError):
    """The configuration is wrong."""


class EvaluationError(ConfigurationError):
    """Labelled conversations cannot be evaluated."""


class KeyMissingError(CarebotError):
    """There is no key to seal messages with, so nothing starts."""


class SealError(CarebotError):
    """Sealed text cannot be opened."""


class StoreError(CarebotError):
    """The database cannot be used."""


class SchemaError(StoreError):
    """The database has another schema than this version of carebot."""


class StaleVersionError(StoreError):
    """Somebody else changed the row in between."""


class StoreBusyError(StoreError):
    """Another process holds the database."""


class ClassifierError(CarebotError):
    """The classifier cannot read messages; they go to people."""


class ModelMissingError(ClassifierError):
    """The model's files are missing."""


class ModelDamagedError(ClassifierError):
    """The model's files are damaged."""


class ClassifierTimeoutError(ClassifierError):
    """The classifier took longer than its time limit."""


class LearningError(CarebotError):
    """The model cannot learn from the reviews."""


class ChannelError(CarebotError):
    """A network did not do what it was asked."""

    def __init__(self, detail: str = "", *, retry_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class ChannelUnreachableError(ChannelError):
    """The network cannot be reached, and did nothing."""


class ChannelLimitError(ChannelError):
    """The network is asked too often, and did nothing."""


class ChannelUncertainError(ChannelError):
    """The network may have done it: its answer was lost or made no sense."""


class ChannelRefusedError(ChannelError):
    """The network will not do this, however often it is asked."""


class ChannelAccessError(ChannelError):
    """The network does not accept our credentials, and did nothing."""


class AlreadyRunningError(CarebotError):
    """Another `carebot run` serves this database."""


class ClaimedError(CarebotError):
    """Somebody else has the case."""


class OutdatedError(CarebotError):
    """Something happened since the preview was shown."""


class RefusedTextError(CarebotError):
    """The gate does not let this text out."""


class IllegalTransitionError(CarebotError):
    """A case cannot take this step from its status."""


class NotAllowedError(CarebotError):
    """The role has no right to this."""


class ArticleError(CarebotError):
    """An article or a knowledge base cannot be used."""


class ReplayError(CarebotError):
    """A replay file cannot be read."""
