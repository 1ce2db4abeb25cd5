"""The report's charts as Plotly figures, and the colours that they share with the page.

Each trace says in its `meta` which of the series colours it has, so that the page can change the theme.
"""

from typing import Any

import numpy as np
from plotly import graph_objects as go

from orchard.base.language import headed, tr
from orchard.report.analysis import SHARES, components_for

# Seven colours for each background: at least 3:1 against it (WCAG 2.2, 1.4.11), and apart from one another for
# colour-blind eyes as well (simulated after Machado, Oliveira and Fernandes 2009; a test computes both).
PALETTE = {
    "light": ["#0a955f", "#0a1b84", "#aa9103", "#f149bc", "#8c0805", "#941afd", "#771954"],
    "dark": ["#12b886", "#5b8ff9", "#f0e442", "#e68ac8", "#ff7a45", "#7fd3ff", "#f2f2f2"],
}
# A shape to each colour, so that none has to be told by its colour alone. Plotly has these in 2D and in 3D, where it
# takes them from the fonts; its x is one that many machines lack.
SYMBOLS = ["circle", "diamond", "square", "cross", "circle-open", "diamond-open", "square-open"]
NAMED = 40  # classes whose names have room on the axes
SHOWN = 50  # components of the scree plot; a spectrum has 1280


def scree(spectra: dict[str, np.ndarray]) -> go.Figure:
    """Draw how much of the variance each component explains.

    Args:
        spectra: float (d,) shares by run: one or two runs.
    """
    figure = go.Figure()
    hover = tr("component %{x}: %{y:.2f}%<extra>%{fullData.name}</extra>")
    for number, (name, spectrum) in enumerate(spectra.items()):
        figure.add_bar(**_series(number, spectrum[:SHOWN] * 100, hover), name=name, marker=_colour(number))
    return _styled(figure, tr("principal component"), tr("share of variance (%)"), legend=len(spectra) > 1)


def cumulative(spectra: dict[str, np.ndarray], k: int | None = None) -> go.Figure:
    """Draw how much of the variance the first components explain together, on a logarithmic axis of components.

    Args:
        spectra: float (d,) shares by run: one or two runs.
        k: components that the first run kept, marked where given.
    """
    figure = go.Figure()
    hover = tr("first %{x}: %{y:.1f}%<extra>%{fullData.name}</extra>")
    for number, (name, spectrum) in enumerate(spectra.items()):
        line = _colour(number) | {"width": 3, "dash": "dash" if number else "solid"}
        figure.add_scatter(**_series(number, np.cumsum(spectrum) * 100, hover), name=name, mode="lines", line=line)
    first = next(iter(spectra.values()))
    kept = tr("kept")
    marks = {tr(f"{share:.0%}"): components_for(first, share) for share in SHARES} | {kept: k}
    marks = {name: number for name, number in marks.items() if number and number <= len(first)}
    figure.add_scatter(
        x=list(marks.values()),
        y=[first[:number].sum() * 100 for number in marks.values()],
        text=[headed(name, str(number)) for name, number in marks.items()],
        textposition=["top left" if name == kept else "bottom right" for name in marks],
        mode="markers+text",
        marker=_colour(0) | {"size": 8},
        cliponaxis=False,
        showlegend=False,
        meta={"series": 0},
        hoverinfo="skip",
    )
    _styled(figure, tr("number of components (logarithmic)"), tr("variance explained (%)"), legend=len(spectra) > 1)
    longest = max(len(spectrum) for spectrum in spectra.values())
    reach = [-0.05, float(np.log10(longest)) + 0.6]  # room for the last label
    figure.update_xaxes(type="log", range=reach, tickvals=[1, 3, 10, 30, 100, 300, 1000], tickangle=0)
    return figure.update_yaxes(range=[0, 102])


def confusion(names: list[str], shares: np.ndarray) -> go.Figure:
    """Draw of which classes each class's neighbours are; its scale (cividis) is made for colour-blind eyes.

    Most neighbours are of the class itself, beside which a mix-up of a few hundredths would not be seen: the scale
    ends at the largest mix-up.

    Args:
        names: of the classes, in the order in which they are to stand.
        shares: float (c, c) in the same order, each row's sum 1.
    """
    apart = shares[~np.eye(len(names), dtype=bool)].max(initial=0)
    figure = go.Figure()
    figure.add_heatmap(
        z=np.round(shares * 100, 2),
        x=names,
        y=names,
        zmin=0,
        zmax=max(1.0, 100 * apart),
        colorscale="Cividis",
        colorbar={"title": "%", "thickness": 12, "len": 0.9},
        hovertemplate=tr("of %{y}'s neighbours %{z:.1f}% are %{x}<extra></extra>"),
        meta={"series": 0},
    )
    _styled(figure, tr("class of the neighbours"), tr("class"), legend=False)
    axes = {"showticklabels": len(names) <= NAMED, "ticks": "", "showgrid": False}
    figure.update_yaxes(autorange="reversed", **axes)
    return figure.update_xaxes(tickangle=-50, **axes)


def angles(degrees: np.ndarray) -> go.Figure:
    """Draw the principal angles between two subspaces.

    Args:
        degrees: float (m,), rising.
    """
    figure = go.Figure()
    hover = tr("angle %{x}: %{y:.1f}°<extra></extra>")
    figure.add_scatter(**_series(0, degrees, hover), mode="lines+markers", line=_colour(0))
    _styled(figure, tr("principal angle, the smallest first"), tr("degrees"), legend=False)
    return figure.update_yaxes(range=[0, 92])


def _series(number: int, values: np.ndarray, hover: str) -> dict[str, Any]:
    return {"x": np.arange(1, len(values) + 1), "y": values, "meta": {"series": number}, "hovertemplate": hover}


def _colour(number: int) -> dict[str, Any]:
    return {"color": PALETTE["light"][number]}


def _styled(figure: go.Figure, x: str, y: str, *, legend: bool) -> go.Figure:
    figure.update_layout(
        template="none",
        margin={"l": 52, "r": 12, "t": 30 if legend else 12, "b": 48},
        showlegend=legend,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        bargap=0.15,
    )
    figure.update_xaxes(title=x, zeroline=False)
    return figure.update_yaxes(title=y, zeroline=False, rangemode="tozero")
