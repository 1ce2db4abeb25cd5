"""The report's charts as Plotly figures, and the colours that they share with the page.

Each trace says in its `meta` which of the series colours it has, so that the page can change the theme.
"""

from typing import TYPE_CHECKING

import numpy as np

from orchard.report.analysis import SHARES, components_for

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Seven colours for each background: at least 3:1 against it (WCAG 2.2, 1.4.11), and apart from one another for
# colour-blind eyes as well (simulated after Machado, Oliveira and Fernandes 2009; a test computes both).
PALETTE = {
    "light": ["#0a955f", "#0a1b84", "#aa9103", "#f149bc", "#8c0805", "#941afd", "#771954"],
    "dark": ["#12b886", "#5b8ff9", "#f0e442", "#e68ac8", "#ff7a45", "#7fd3ff", "#f2f2f2"],
}
BACKGROUND = {"light": "#ffffff", "dark": "#1a211d"}
# A shape to each colour, so that none has to be told by its colour alone. Plotly has these in 2D and in 3D, where it
# takes them from the fonts; its x is one that many machines lack.
SYMBOLS = ["circle", "diamond", "square", "cross", "circle-open", "diamond-open", "square-open"]
SHOWN = 50  # components of the scree plot; a spectrum has 1280


def scree(spectra: dict[str, np.ndarray]) -> "Figure":
    """Draw how much of the variance each component explains.

    Args:
        spectra: float (d,) shares by run: one or two runs.
    """
    from plotly import graph_objects as go

    figure = go.Figure()
    for number, (name, spectrum) in enumerate(spectra.items()):
        shown = spectrum[:SHOWN] * 100
        figure.add_bar(
            x=np.arange(1, len(shown) + 1),
            y=shown,
            name=name,
            marker_color=PALETTE["light"][number],
            meta={"series": number},
            hovertemplate="component %{x}: %{y:.2f}%<extra>%{fullData.name}</extra>",
        )
    return _styled(figure, "principal component", "share of variance (%)", legend=len(spectra) > 1)


def cumulative(spectra: dict[str, np.ndarray], k: int | None = None) -> "Figure":
    """Draw how much of the variance the first components explain together, on a logarithmic axis of components.

    Args:
        spectra: float (d,) shares by run: one or two runs.
        k: components that the first run kept, marked where given.
    """
    from plotly import graph_objects as go

    figure = go.Figure()
    for number, (name, spectrum) in enumerate(spectra.items()):
        figure.add_scatter(
            x=np.arange(1, len(spectrum) + 1),
            y=np.cumsum(spectrum) * 100,
            name=name,
            mode="lines",
            line={"color": PALETTE["light"][number], "width": 3, "dash": "dash" if number else "solid"},
            meta={"series": number},
            hovertemplate="first %{x}: %{y:.1f}%<extra>%{fullData.name}</extra>",
        )
    first = np.cumsum(next(iter(spectra.values()))) * 100
    marks = {f"{share:.0%}": components_for(next(iter(spectra.values())), share) for share in SHARES} | (
        {"kept": k} if k else {}
    )
    found = {name: number for name, number in marks.items() if number and number <= len(first)}
    figure.add_scatter(
        x=list(found.values()),
        y=[first[number - 1] for number in found.values()],
        text=[f"{name}: {number}" for name, number in found.items()],
        textposition=["top left" if name == "kept" else "bottom right" for name in found],
        mode="markers+text",
        marker={"size": 8, "color": PALETTE["light"][0]},
        cliponaxis=False,
        showlegend=False,
        meta={"series": 0},
        hoverinfo="skip",
    )
    _styled(figure, "number of components (logarithmic)", "variance explained (%)", legend=len(spectra) > 1)
    longest = max(len(spectrum) for spectrum in spectra.values())
    reach = [-0.05, float(np.log10(longest)) + 0.6]  # room for the last label
    figure.update_xaxes(type="log", range=reach, tickvals=[1, 3, 10, 30, 100, 300, 1000], tickangle=0)
    return figure.update_yaxes(range=[0, 102])


def angles(degrees: np.ndarray) -> "Figure":
    """Draw the principal angles between two subspaces.

    Args:
        degrees: float (m,), rising.
    """
    from plotly import graph_objects as go

    figure = go.Figure()
    figure.add_scatter(
        x=np.arange(1, len(degrees) + 1),
        y=degrees,
        mode="lines+markers",
        line={"color": PALETTE["light"][0]},
        meta={"series": 0},
        hovertemplate="angle %{x}: %{y:.1f}°<extra></extra>",
    )
    _styled(figure, "principal angle, the smallest first", "degrees", legend=False)
    return figure.update_yaxes(range=[0, 92])


def _styled(figure: "Figure", x: str, y: str, *, legend: bool) -> "Figure":
    figure.update_layout(
        template="none",
        margin={"l": 52, "r": 12, "t": 30 if legend else 12, "b": 48},
        showlegend=legend,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        bargap=0.15,
    )
    figure.update_xaxes(title=x, zeroline=False)
    return figure.update_yaxes(title=y, zeroline=False, rangemode="tozero")
