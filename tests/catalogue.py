"""Keeps `ingest/locale/vi.po`: `python tests/catalogue.py` adds new sentences and drops those that are gone.

A new sentence has no Vietnamese yet; one that resembles an old sentence begins with its Vietnamese and is marked
`fuzzy`. Neither is shown to a user, and the tests list both.
"""

from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from ingest.cli import cli
from ingest.commands.language import paragraphs, texts
from ingest.messages import CATALOGUE
from ingest.paths import PROJECT

OURS = PROJECT / "ingest"
CLICK = Path(click.__file__).parent
HEADER = r"""# Vietnamese words of the command `parvn`; kept by `python tests/catalogue.py`.
msgid ""
msgstr ""
"Language: vi\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""


def _extracted(folder: Path) -> list[tuple[str, str]]:
    """Return (file, sentence) of every sentence marked in the code of a folder; of two forms the one for several."""
    found = []
    keywords = {"_": None, "N_": None, "gettext": None, "noop": None, "ngettext": (1, 2)}
    for file, _line, sentence, *_rest in extract_from_dir(folder, [("**.py", "python")], keywords=keywords):
        found.append((file, sentence if isinstance(sentence, str) else sentence[1]))
    return found


def of_click() -> set[str]:
    """Return the sentences of click."""
    return {sentence for _file, sentence in _extracted(CLICK)}


def of_parvn() -> Catalog:
    """Return the sentences of `ingest` and its help texts, without Vietnamese."""
    catalogue = Catalog()
    for file, sentence in sorted(_extracted(OURS)):
        catalogue.add(sentence, locations=[(f"ingest/{file}", 0)])
    for _owner, _name, text in texts(cli):
        for paragraph in paragraphs(text):
            catalogue.add(paragraph, locations=[("parvn --help", 0)])
    return catalogue


def held() -> Catalog:
    """Return the catalogue as it is."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="vi")


def update() -> None:
    """Write the catalogue anew, with the sentences of today, by file and sentence."""
    wanted, known = of_parvn(), held()
    for sentence in of_click() & {str(message.id) for message in known}:
        wanted.add(sentence, locations=[("click", 0)])
    known.update(wanted)
    ordered = Catalog(locale="vi")
    for message in sorted(filter(None, known), key=lambda m: (sorted(m.locations), str(m.id))):
        if message.id:
            flags = message.flags & {"fuzzy", "python-brace-format"}
            ordered.add(message.id, message.string, sorted(message.locations), flags)
    with CATALOGUE.open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, ordered, width=120, omit_header=True, include_lineno=False)


if __name__ == "__main__":
    update()
    print(f"{sum(not m.string or m.fuzzy for m in held() if m.id)} sentences without Vietnamese in {CATALOGUE}")
