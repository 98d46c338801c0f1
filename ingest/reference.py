"""The seeds as the record checks need them: vocabularies, provinces, agencies, indicators.

The seeds are the one place of these lists; dbt loads the same files.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from ingest.messages import gettext as _
from ingest.paths import SEEDS
from ingest.reading.agencies import AgencyReader
from ingest.reading.text import ReadingError, search_key


@dataclass(frozen=True)
class ProvinceName:
    """One spelling of a province and the days on which it means that province."""

    province_id: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class IndexEdition:
    """One edition of an index: which provinces it scored, and the scale of every component."""

    index_code: str
    edition_year: int
    provinces_on: date
    """A day on whose boundaries the provinces were scored."""
    n_provinces: int
    scales: dict[str, Decimal]
    """The highest possible score by component; infinite where the publisher's scale is not held."""

    def scale_of(self, component_code: str) -> Decimal | None:
        """Return the highest score of a component, or None where the edition has no such component."""
        return self.scales.get(component_code)

    def __str__(self) -> str:
        return f"{self.index_code} {self.edition_year}"


class Reference:
    """Look-ups over the seed files of one folder."""

    def __init__(self, seeds: Path = SEEDS) -> None:
        self._seeds = seeds
        self._tables: dict[str, list[dict[str, str]]] = {}

    def _rows(self, name: str) -> list[dict[str, str]]:
        if name not in self._tables:
            (path,) = self._seeds.rglob(f"{name}.csv")
            with path.open(encoding="utf-8", newline="") as file:
                self._tables[name] = list(csv.DictReader(file))
        return self._tables[name]

    @cached_property
    def vocabularies(self) -> dict[str, list[str]]:
        """Return the codes of every closed vocabulary, by its name."""
        codes: dict[str, list[str]] = defaultdict(list)
        for row in self._rows("vocabulary"):
            codes[row["vocabulary"]].append(row["code"])
        codes["reform_field_code"] = [row["reform_field_code"] for row in self._rows("reform_field")]
        codes["index_code"] = sorted({row["index_code"] for row in self._rows("index_definition")})
        codes["province_id"] = sorted({row["province_id"] for row in self._rows("province")})
        return dict(codes)

    def labels(self, vocabulary: str) -> dict[str, str]:
        """Return the Vietnamese name of every code that people choose from, in the order of the official forms.

        `vocabulary` is one of the seed `vocabulary`, `reform_field_code`, `indicator_code`, `province_id` or
        `index_code`. No two codes have one name: provinces that share theirs carry the days on which they had it.
        """
        if vocabulary == "reform_field_code":
            fields = sorted(self._rows("reform_field"), key=lambda row: int(row["field_no"]))
            return {row["reform_field_code"]: row["name_vi_2021"] for row in fields}
        if vocabulary == "indicator_code":
            order = list(self.labels("reform_field_code"))
            rows = sorted(self._rows("indicator"), key=lambda row: order.index(row["reform_field_code"]))
            return {row["indicator_code"]: row["name_vi"] for row in rows}
        if vocabulary == "province_id":
            return self._province_labels
        if vocabulary == "index_code":
            return {code: row["name_vi"] for code, row in self.indices.items()}
        return {row["code"]: row["label_vi"] for row in self._rows("vocabulary") if row["vocabulary"] == vocabulary}

    @cached_property
    def _province_labels(self) -> dict[str, str]:
        named: dict[str, dict[str, None]] = defaultdict(dict)
        sharers: dict[str, set[str]] = defaultdict(set)
        for row in sorted(self._rows("province"), key=lambda row: row["valid_from"]):
            named[row["province_id"]][row["name_vi"]] = None
        names = {province_id: " / ".join(own) for province_id, own in named.items()}
        for province_id, name in names.items():
            sharers[name].add(province_id)

        def label(province_id: str, name: str) -> str:
            if len(sharers[name]) == 1:
                return name
            first, last = self._province_days[province_id][0][0], self._province_days[province_id][-1][1]
            is_old = last < date.max
            return f"{name} (đến {last:%d/%m/%Y})" if is_old else f"{name} (từ {first:%d/%m/%Y})"

        return {key: label(key, name) for key, name in sorted(names.items(), key=lambda item: search_key(item[1]))}

    @cached_property
    def indicators(self) -> dict[str, dict[str, str]]:
        """Return the indicator catalogue by code."""
        return {row["indicator_code"]: row for row in self._rows("indicator")}

    @cached_property
    def flow_columns(self) -> dict[str, str]:
        """Return the column of `fct_dossier_flow` that an indicator of dossiers fills, by its code."""
        return {row["indicator_code"]: row["flow_column"] for row in self._rows("dossier_flow_indicator")}

    @cached_property
    def agency_ids(self) -> set[str]:
        """Return the ids of all agencies."""
        return {row["agency_id"] for row in self._rows("agency")}

    @cached_property
    def agencies(self) -> AgencyReader:
        """Return the reader of lead and coordinating cells."""
        return AgencyReader({row["alias_text"]: row["agency_id"] for row in self._rows("agency_alias")})

    @cached_property
    def province_spellings(self) -> list[tuple[str, ProvinceName]]:
        """Return every way to write a province, as the seeds have it, with what it means and when."""

        def meant(row: dict[str, str]) -> ProvinceName:
            valid_to = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
            return ProvinceName(row["province_id"], date.fromisoformat(row["valid_from"]), valid_to)

        names = ("name_vi", "name_en", "full_name_vi")
        found = [(row[column], meant(row)) for row in self._rows("province") for column in names]
        return found + [(row["alias_text"], meant(row)) for row in self._rows("province_alias")]

    @cached_property
    def province_names(self) -> dict[str, list[ProvinceName]]:
        """Return what each spelling (as search key) means and when."""
        names: dict[str, list[ProvinceName]] = defaultdict(list)
        for text, meant in self.province_spellings:
            if meant not in names[search_key(text)]:
                names[search_key(text)].append(meant)
        return dict(names)

    def province_days(self, province_id: str) -> list[tuple[date, date]]:
        """Return the days from and to which a province existed; none where it is unknown."""
        return self._province_days.get(province_id, [])

    @cached_property
    def regions(self) -> set[tuple[str | None, str | None]]:
        """Return every region as (scheme, code)."""
        return {(row["region_scheme"], row["region_code"]) for row in self._rows("region")}

    @cached_property
    def _province_days(self) -> dict[str, list[tuple[date, date]]]:
        days: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for row in self._rows("province"):
            valid_to = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
            days[row["province_id"]].append((date.fromisoformat(row["valid_from"]), valid_to))
        return dict(days)

    def province_existed(self, province_id: str, day: date) -> bool:
        """Tell whether a province existed on a day."""
        return any(first <= day <= last for first, last in self.province_days(province_id))

    @cached_property
    def _index_editions(self) -> dict[tuple[str, int], IndexEdition]:
        def scale(text: str) -> Decimal:
            return Decimal(text or "Infinity")

        editions = {}
        for row in self._rows("index_edition"):
            index_code, year = row["index_code"], int(row["edition_year"])
            scales = {"total": scale(row["scale_max"])}
            for part in self._rows("index_component"):
                last = int(part["last_edition_year"] or 9999)
                if part["index_code"] == index_code and int(part["first_edition_year"]) <= year <= last:
                    scales[part["component_code"]] = scale(part["scale_max"])
            editions[index_code, year] = IndexEdition(
                index_code, year, date.fromisoformat(row["provinces_on"]), int(row["n_provinces"]), scales
            )
        return editions

    def index_edition(self, index_code: str, edition_year: int) -> IndexEdition | None:
        """Return an edition of an index, or None where it is not in the seed."""
        return self._index_editions.get((index_code, edition_year))

    @cached_property
    def indices(self) -> dict[str, dict[str, str]]:
        """Return names and publisher of every index by its code."""
        return {row["index_code"]: row for row in self._rows("index_definition")}

    def component_names(self, index_code: str) -> dict[str, str]:
        """Return the component that each name of a component (as printed in the seed) means; codes are names too."""
        names: dict[str, str] = {}
        for row in self._rows("index_component"):
            if row["index_code"] == index_code:
                names |= {row[column]: row["component_code"] for column in ("component_code", "name_en", "name_vi")}
        return names

    def component_labels(self, index_code: str, edition_year: int) -> dict[str, str]:
        """Return the Vietnamese name of every component of one edition, in the publisher's order."""
        edition = self.index_edition(index_code, edition_year)
        scales = edition.scales if edition else {}
        rows = [row for row in self._rows("index_component") if row["index_code"] == index_code]
        return {row["component_code"]: row["name_vi"] for row in rows if row["component_code"] in scales}

    def edition_years(self, index_code: str) -> list[int]:
        """Return the known editions of an index, oldest first."""
        return sorted(year for code, year in self._index_editions if code == index_code)

    def provinces_on(self, day: date) -> dict[str, str]:
        """Return the name of every province that existed on a day, by its id."""
        return {
            row["province_id"]: row["name_vi"]
            for row in self._rows("province")
            if row["valid_from"] <= day.isoformat() <= (row["valid_to"] or "9999-12-31")
        }

    def full_name_on(self, province_id: str, day: str) -> str:
        """Return the full name of a province on a day (ISO), or its latest: 'Tỉnh Thừa Thiên Huế'."""
        rows = sorted(
            (r for r in self._rows("province") if r["province_id"] == province_id), key=lambda r: r["valid_from"]
        )
        named = [r["full_name_vi"] for r in rows if r["valid_from"] <= day <= (r["valid_to"] or "9999-12-31")]
        return (named or [rows[-1]["full_name_vi"]])[0]

    def province_on(self, name: str, day: date) -> str:
        """Return the id of the province that `name` meant on `day`: seven codes and 23 names changed hands.

        Raises ReadingError where no province had that name on that day.
        """
        found = {
            n.province_id for n in self.province_names.get(search_key(name), []) if n.valid_from <= day <= n.valid_to
        }
        if len(found) != 1:
            raise ReadingError(_("no province was called '{name}' on {day}").format(name=name, day=day.isoformat()))
        return found.pop()
