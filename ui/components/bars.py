"""Bars in pairs: how often each class is generated, and how often it is real."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

_CSS = """
:host { display: block; }
* { box-sizing: border-box; }
ul {
  --soft: color-mix(in srgb, var(--st-text-color) 68%, transparent);
  display: grid; gap: 6px 26px; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr));
  list-style: none; margin: 0; padding: 0; color: var(--st-text-color);
  font: 13px/1.3 var(--st-font); font-variant-numeric: tabular-nums;
}
li { display: grid; grid-template-columns: 5.2em 1fr 3.4em; gap: 8px; align-items: center; }
.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bars { display: grid; gap: 2px; }
.bars i { display: block; height: 7px; border-radius: 2px; min-width: 1px; }
.real { background: var(--st-blue-color); } .made { background: var(--st-orange-color); }
.share { text-align: right; color: var(--soft); }
.missing .name { font-weight: 650; }
.missing .share { color: var(--st-red-text-color); font-weight: 650; }
"""
_JS = """
export default function ({ data, parentElement }) {
  const most = Math.max(...data.rows.flatMap(({ made, real }) => [made, real]), 1e-9)
  const percent = (share) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`
  const list = parentElement.querySelector("ul")
  list.setAttribute("aria-label", data.label)
  list.replaceChildren(...data.rows.map(({ name, made, real, missing }) => {
    const item = document.createElement("li")
    item.className = missing ? "missing" : ""
    item.title = `${name}: ${percent(made)} of the samples, ${percent(real)} of the data`
    item.setAttribute("aria-label", item.title + (missing ? ", missing" : ""))
    const part = (kind, text) => {
      const span = item.appendChild(document.createElement("span"))
      Object.assign(span, { className: kind, textContent: text })
      return span
    }
    part("name", name)
    const bars = part("bars", "")
    for (const [kind, share] of [["made", made], ["real", real]]) {
      const bar = bars.appendChild(document.createElement("i"))
      Object.assign(bar, { className: kind })
      bar.style.width = `${(100 * share) / most}%`
    }
    part("share", missing ? "missing" : percent(made))
    return item
  }))
}
"""
_bars = st.components.v2.component("class_bars", html="<ul></ul>", css=_CSS, js=_JS)


def bars(rows: Sequence[dict[str, Any]], label: str, key: str) -> None:
    """Mount it. A row is {"name", "made", "real" (shares of 1), "missing"}."""
    _bars(data={"rows": list(rows), "label": label}, key=key, height="content")
