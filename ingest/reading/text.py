"""Unicode and whitespace of Vietnamese text."""

import re
import unicodedata

# PDF and HTML text carries these where a person sees a space or nothing.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), None)
_SPACE = re.compile(r"\s+")


class ReadingError(ValueError):
    """The words do not say what was asked of them; the message says what was expected."""


def nfc(text: str) -> str:
    """Return `text` in Unicode NFC, the one form kept at landing."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return `text` in NFC with every run of white space (non-breaking too) as one space, trimmed."""
    return _SPACE.sub(" ", nfc(text.translate(_INVISIBLE))).strip()


def search_key(text: str) -> str:
    """Return a key for look-ups: folded, lower case, without diacritics (đ as d), only letters and digits.

    >>> search_key("Thừa  Thiên–Huế") == search_key("thua thien hue")
    True
    """
    plain = unicodedata.normalize("NFD", fold(text).casefold()).replace("đ", "d")
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^0-9a-z]+", " ", letters).strip()
