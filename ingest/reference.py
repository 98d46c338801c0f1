"""The seeds as the record checks need them: vocabularies, provinces, agencies, indicators.

The seeds are the one place of these lists; dbt loads the same files.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from ingest.paths import SEEDS
from ingest.reading.agencies import AgencyReader
from ingest.reading.text import ReadingError, search_key


@dataclass(frozen=True)
class ProvinceName:
    """One spelling of a province and the days on which it means that province."""

    province_id: str
    valid_from: date
    valid_to: date


class Reference:
    """Look-ups over the seed files of one folder."""

    def __init__(self, seeds: Path = SEEDS) -> None:
        self._seeds = seeds

    def _rows(self, name: str) -> list[dict[str, str]]:
        (path,) = self._seeds.rglob(f"{name}.csv")
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def vocabularies(self) -> dict[str, list[str]]:
        """Return the codes of every closed vocabulary, by its name."""
        codes: dict[str, list[str]] = defaultdict(list)
        for row in self._rows("vocabulary"):
            codes[row["vocabulary"]].append(row["code"])
        codes["reform_field_code"] = [row["reform_field_code"] for row in self._rows("reform_field")]
        codes["index_code"] = sorted({row["index_code"] for row in self._rows("index_edition")})
        codes["province_id"] = sorted({row["province_id"] for row in self._rows("province")})
        return dict(codes)

    @cached_property
    def indicators(self) -> dict[str, dict[str, str]]:
        """Return the indicator catalogue by code."""
        return {row["indicator_code"]: row for row in self._rows("indicator")}

    @cached_property
    def agency_ids(self) -> set[str]:
        """Return the ids of all agencies."""
        return {row["agency_id"] for row in self._rows("agency")}

    @cached_property
    def agencies(self) -> AgencyReader:
        """Return the reader of lead and coordinating cells."""
        return AgencyReader({row["alias_text"]: row["agency_id"] for row in self._rows("agency_alias")})

    @cached_property
    def province_names(self) -> dict[str, list[ProvinceName]]:
        """Return what each spelling (as search key) means and when."""
        names: dict[str, list[ProvinceName]] = defaultdict(list)

        def add(text: str, row: dict[str, str]) -> None:
            valid_to = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
            found = ProvinceName(row["province_id"], date.fromisoformat(row["valid_from"]), valid_to)
            if found not in names[search_key(text)]:
                names[search_key(text)].append(found)

        for row in self._rows("province"):
            for column in ("name_vi", "name_en", "full_name_vi"):
                add(row[column], row)
        for row in self._rows("province_alias"):
            add(row["alias_text"], row)
        return dict(names)

    def province_on(self, name: str, day: date) -> str:
        """Return the id of the province that `name` meant on `day`: seven codes and 23 names changed hands.

        Raises ReadingError where no province had that name on that day.
        """
        found = {
            n.province_id for n in self.province_names.get(search_key(name), []) if n.valid_from <= day <= n.valid_to
        }
        if len(found) != 1:
            raise ReadingError(f"no province was called '{name}' on {day.isoformat()}")
        return found.pop()
