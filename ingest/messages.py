"""The words that `parvn` says, in English or Vietnamese.

English sentences are the keys. Their Vietnamese stands in `ingest/locale/vi.po` (gettext), which translators know.
A sentence with values is translated first and filled in afterwards: `_("file {file} is empty").format(file=name)`.

What a person reads is in his language; what is written down (ledger, attempts, logs, files of a release) is English,
so that it does not depend on who ran the build: `in_english`.
"""

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).parent / "locale" / "vi.po"


class Sentence(str):
    """A sentence in the user's language that knows itself in English, however often it is filled into another."""

    __slots__ = ("english",)
    english: str

    def __new__(cls, text: str, english: str) -> "Sentence":
        """Take the sentence in the user's language and in English."""
        made = super().__new__(cls, text)
        made.english = english
        return made

    def __str__(self) -> str:
        """Return the sentence itself: it goes through exceptions and problems without losing its English."""
        return self

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        """Return what copying and pickling need."""
        return Sentence, (str.__str__(self), self.english)

    def format(self, *args: object, **values: object) -> "Sentence":
        """Fill the values into both; a value that is a sentence, or is shown as one, is English in the English."""
        english = self.english.format(
            *map(_value_in_english, args), **{k: _value_in_english(v) for k, v in values.items()}
        )
        return Sentence(super().format(*args, **values), english)


def _value_in_english(value: object) -> object:
    shown = str(value)
    return shown.english if isinstance(shown, Sentence) else value


def in_english(value: object) -> str:
    """Return what a value (a sentence, a problem, an exception) says, in English where it knows it."""
    return str(_value_in_english(value))


def joined(separator: str, parts: Iterable[object]) -> Sentence:
    """Return the parts as one text in both languages."""
    parts = list(parts)
    return Sentence(separator.join(map(str, parts)), separator.join(map(in_english, parts)))


def language() -> str:
    """Return `vi` or `en`: what PARVN_LANG says, else Vietnamese where the locale of messages is Vietnamese."""
    names = ("PARVN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides, as everywhere on Unix
    value = next(filter(None, map(os.environ.get, names)), "")
    return "vi" if value.lower().startswith("vi") else "en"


@cache
def _translations() -> dict[str, str]:
    from babel.messages.pofile import read_po  # only those who read Vietnamese wait for it

    with CATALOGUE.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="vi") if m.id and m.string and not m.fuzzy}


def gettext(sentence: str) -> Sentence:
    """Return the sentence in the user's language, or as it is where no translation is held."""
    return Sentence(_translations().get(sentence, sentence) if language() == "vi" else sentence, sentence)


def either(english: str, vietnamese: str) -> Sentence:
    """Return a text that is held in both languages, such as the meaning of a rule."""
    return Sentence(vietnamese if language() == "vi" else english, english)


def noop(sentence: str) -> str:
    """Mark a sentence for the catalogue that is translated where it is shown: `_(kind)`."""
    return sentence
