"""The words that click prints (help texts, wrong use of the command) in the user's language."""

import inspect

import click

from ingest.messages import gettext, language

_SPEAKING = (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types)
"""Modules of click that a user of `parvn` reads sentences of."""
_english: dict[tuple[object, str], str] = {}
"""The texts as the code has them, by command or option and attribute."""


def texts(group: click.Group) -> list[tuple[object, str, str]]:
    """Return (command or option, attribute, English text) of everything that the help of a group shows."""
    found: list[tuple[object, str, str]] = []
    for command in (group, *group.commands.values()):
        found.append((command, "help", command.help or ""))
        for option in command.params:
            if isinstance(option, click.Option):
                found.append((option, "help", option.help or ""))
                if isinstance(option.show_default, str) and " " in option.show_default:
                    found.append((option, "show_default", option.show_default))
    return [(owner, name, _english.get((owner, name), text)) for owner, name, text in found if text]


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a help text, each as one line: the keys of the catalogue."""
    return [" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n")]


def translate(group: click.Group) -> None:
    """Put the help texts of a group, and click's own words, into the user's language; English stays as it is."""
    if language() == "en" and not _english:
        return
    for owner, name, text in texts(group):
        _english[owner, name] = text
        setattr(owner, name, "\n\n".join(map(gettext, paragraphs(text))) if language() == "vi" else text)
    for module in _SPEAKING:
        # click imports gettext under these names; it has no catalogue of its own and no other way to be given one
        vars(module).update(
            {name: said for name, said in (("_", gettext), ("ngettext", _counted)) if name in vars(module)}
        )


def _counted(one: str, several: str, count: int) -> str:
    """Return the form for a number; Vietnamese has one form, and the sentence for several is its key."""
    form = one if count == 1 and language() == "en" else several
    return gettext(form)
