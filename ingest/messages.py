"""The words that `parvn` says, in English or Vietnamese.

English sentences are the keys. Their Vietnamese stands in `ingest/locale/vi.po` (gettext), which translators know and
`pybabel` keeps. A sentence with values is translated first and filled in afterwards:
`_("file {file} is empty").format(file=name)`.
"""

import os
from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).parent / "locale" / "vi.po"


def language() -> str:
    """Return `vi` or `en`: PARVN_LANG if it says so, else Vietnamese where the locale is Vietnamese."""
    for name in ("PARVN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "").lower()
        if value and value not in ("c", "posix"):
            return "vi" if value.startswith("vi") else "en"
    return "en"


@cache
def _translations() -> dict[str, str]:
    from babel.messages.pofile import read_po  # only those who read Vietnamese wait for it

    with CATALOGUE.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="vi") if m.id and m.string}


def gettext(sentence: str) -> str:
    """Return the sentence in the user's language, or as it is where no translation is held."""
    return _translations().get(sentence, sentence) if language() == "vi" else sentence
