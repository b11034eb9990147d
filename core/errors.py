"""The base class of errors that callers can act on, and those that core raises; knows neither HTTP nor the domain."""

from collections.abc import Mapping
from typing import ClassVar


class PorchlightError(Exception):
    """An error that a caller can read and act on.

    `slug` is stable and documented at /problems/<slug>, `title` says what happened, `detail` what to do about it.
    `extra` holds further members of the reply. None of them ever contains what a person wrote.
    """

    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong on our side."
    advice: ClassVar[str] = "Try again. If it is urgent, call someone from your circle now."

    def __init__(self, detail: str | None = None, extra: Mapping[str, object] | None = None) -> None:
        self.detail = detail or self.advice
        self.extra = dict(extra or {})
        super().__init__(self.slug)


class KeysUnavailable(PorchlightError):
    slug = "keys-unavailable"
    title = "Porchlight cannot read what is stored encrypted right now."
    advice = "Pressing and answering still work. The operator must bring back the master key file."


class Busy(PorchlightError):
    slug = "unavailable"
    title = "Porchlight cannot save anything at this moment. Nothing was changed."
    advice = "Try again in a few seconds. If it is urgent, call someone from your circle now."
