"""The distances as a table to read and to keep."""

import csv
import io
import math

import streamlit as st

from gan_core.divergences import Distances, distances
from ui import pair, words

_PURE = {"tv": "none (0 to 1)", "hellinger": "none (0 to 1)", "chi2": "none"}


@st.fragment(key="dv_figures")
def part(unit: str) -> None:
    """Every number with where it came from, and the command that prints it."""
    p, q = pair.distributions()
    d = distances(p, q, unit)
    rows = [_row(name, d) for name in words.ORDER]
    left, right = st.columns([3, 2], gap="large")
    left.markdown(words.table([{k: r[k] for k in r if k != "because"} for r in rows]))
    for row in rows:
        if row["because"]:
            right.markdown(words.tex(row["because"]))
    if d.estimates:
        right.markdown(
            "The interval holds 95 % of bootstrap resamples; the floor is what two samples of these"
            " sizes from *one* distribution read on average. An estimate near its floor says"
            " “nothing seen”, not “equal to this”."
        )
    if max(map(len, pair.specs())) < 400:
        right.markdown("The same from a terminal:")
        right.code(
            f'python -m gan_core divergence "{p}" "{q}" --json', language="bash", wrap_lines=True
        )
    with right.container(horizontal=True, gap="small"):
        st.download_button(
            "CSV", _as_csv(rows), "distances.csv", "text/csv",
            icon=":material/download:", on_click="ignore", key="dv_csv",
        )  # fmt: skip
        st.download_button(
            "JSON", d.as_json(), "distances.json", "application/json",
            icon=":material/download:", on_click="ignore", key="dv_json",
        )  # fmt: skip


def _row(name: str, d: Distances) -> dict[str, str]:
    value = getattr(d, name)
    base = "js" if name == "sqrt_js" else name
    row = {
        "distance": words.TITLES[name],
        "value": "∞" if math.isinf(value) else f"{value:.10g}",
        "unit": _PURE.get(name) or words.unit_of(name, d),
        "computed by": d.how[base] if d.estimates or base not in d.why else "theory",
    }
    if d.estimates:
        e = words.estimate(name, d)
        row["95 % interval"] = words.interval(e.low, e.high) if e else ""
        row["floor"] = f"{e.floor:.4g}" if e else ""
    return row | {"because": words.infinite(name, d)}


def _as_csv(rows: list[dict]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
