"""Agencies named in the lead and coordinating cells of task tables."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from ingest.messages import gettext as _
from ingest.reading.text import ReadingError, fold

NOT_AN_AGENCY = "not_an_agency"
"""What an alias leads to when a cell holds words that name no agency (a lead cell that repeats the product)."""

_SEPARATOR = re.compile(r"[\s,;.&:/()–-]+|(?:và|cùng|các)(?=\s)", re.IGNORECASE)


class AgencyMatch(NamedTuple):
    """One agency found in a cell and the words that name it."""

    agency_id: str
    text: str


class AgencyReader:
    """Resolves cells by the longest known spelling at each place.

    Longest first, because one office is spelt with commas inside ("Văn phòng ĐĐBQH, HĐND và UBND tỉnh") and a plain
    split at commas would make three of it.
    """

    def __init__(self, aliases: Mapping[str, str]) -> None:
        """Take `aliases` from printed spelling to agency id (or NOT_AN_AGENCY); case and white space do not matter."""
        self._spellings = sorted(aliases)
        self._ids = {fold(text).casefold(): agency_id for text, agency_id in aliases.items()}
        longest_first = sorted(self._ids, key=len, reverse=True)
        self._alias = (
            re.compile("(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)") if longest_first else None
        )

    def spellings(self) -> list[str]:
        """Return every known spelling as it is printed, for naming the nearest one in an error."""
        return self._spellings

    def read(self, cell: str | None) -> list[AgencyMatch]:
        """Return the agencies of a cell in printed order, each once.

        Raises ReadingError naming the first words that are neither an agency nor a separator.
        """
        text = fold(cell or "")
        folded = text.casefold()
        found: dict[str, AgencyMatch] = {}
        place = 0
        while place < len(text):
            match = self._alias.match(folded, place) if self._alias else None
            if match:
                agency_id = self._ids[match.group()]
                found.setdefault(agency_id, AgencyMatch(agency_id, text[place : match.end()]))
                place = match.end()
                continue
            gap = _SEPARATOR.match(folded, place)
            if not gap:
                unknown = re.split(r"[,;]", text[place:], maxsplit=1)[0].strip()
                raise ReadingError(_("unknown agency '{unknown}'").format(unknown=unknown))
            place = gap.end()
        return [m for m in found.values() if m.agency_id != NOT_AN_AGENCY]
