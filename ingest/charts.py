"""How the notebooks' charts look: palette, theme, the frame of title and source line, and how tables are shown.

Needs Altair and IPython, which come with the extra `dev`.
"""

import os
import textwrap
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
from IPython.display import HTML, Markdown, display

# Okabe-Ito: told apart with every kind of colour vision
BLUE, SKY, ORANGE, GREEN, VERMILLION, PURPLE = "#0072B2", "#56B4E9", "#E69F00", "#009E73", "#D55E00", "#CC79A7"
YELLOW, GREY, INK = "#F0E442", "#999999", "#444444"
FONT = "Liberation Sans, Arial, Noto Sans, DejaVu Sans, sans-serif"
"""Each has every Vietnamese letter; the first comes with the converter that saves the pictures."""
TITLE_SHARE = 0.68
"""Of a line's letters that a title's larger letters leave room for."""


@alt.theme.register("parvn", enable=True)
def _theme() -> alt.theme.ThemeConfig:
    return {
        "config": {
            "font": FONT,
            "background": "white",
            "view": {"stroke": None},
            "axis": {"grid": False, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
            "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 400},
            "range": {"category": [BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE, GREY]},
        }
    }


alt.renderers.enable("svg")  # drawn here, without a network


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` letters; its own line breaks stay."""
    return [line for part in text.split("\n") for line in textwrap.wrap(part, width, break_on_hyphens=False)]


def say(text: str) -> None:
    """Show Markdown that holds figures from a query."""
    display(Markdown(text))


def show(frame: pd.DataFrame) -> None:
    """Show a whole table, long texts wrapped."""
    with pd.option_context("display.max_colwidth", None, "display.max_rows", None):
        page = frame.to_html(index=False, na_rep="", justify="left", border=0)
    display(HTML(page.replace("<td>", '<td style="text-align:left;vertical-align:top">')))


def finish(chart: Any, name: str, title: str, subtitle: str, source: str, width: int = 112) -> alt.VConcatChart:
    """Put title, subtitle and source line around a chart, in lines of `width` letters; its alt text is the first two.

    Where PARVN_CHARTS names a folder, the chart is saved there as `name`.png and `name`.svg.
    """
    heading = alt.TitleParams(
        wrap(title, round(width * TITLE_SHARE)),
        subtitle=wrap(subtitle, width),
        anchor="start",
        frame="bounds",
        fontSize=16,
        subtitleFontSize=12,
        subtitleColor=INK,
        subtitlePadding=6,
        offset=14,
    )
    footer = alt.TitleParams(
        wrap(source, width + 6),
        orient="bottom",
        anchor="start",
        frame="bounds",
        fontSize=11,
        fontWeight="normal",
        color=INK,
        offset=12,
    )
    whole = alt.vconcat(chart.properties(title=heading)).properties(
        title=footer, padding=8, description=f"{title} {subtitle}"
    )
    folder = os.environ.get("PARVN_CHARTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        whole.save(Path(folder) / f"{name}.png", scale_factor=2)
        whole.save(Path(folder) / f"{name}.svg")
    return whole
