"""What the square does not do, as it is answered: a status, a code and words."""

from __future__ import annotations


class SquareError(Exception):
    """The square refuses; ``status`` and ``code`` are what its API answers."""

    status = 400
    code = "bad_request"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class WhoError(SquareError):
    """No token, or one that belongs to nobody."""

    status, code = 401, "unknown_token"


class NotYoursError(SquareError):
    """Another account may do that; this one may not."""

    status, code = 403, "not_yours"


class GoneError(SquareError):
    """There is no such thing, or not any more."""

    status, code = 404, "not_found"


class TooLongError(SquareError):
    """The text is longer than the square takes."""

    status, code = 413, "too_long"


class EmptyError(SquareError):
    """A text without words, or a field that cannot be understood."""

    status, code = 422, "invalid"
