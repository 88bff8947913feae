"""Mistakes that circulate: nine wrong lines, what each really does, and its correction."""

import streamlit as st

from ui import nav
from ui.mistakes import item
from ui.mistakes.catalog import MISTAKES

nav.guard()

st.html(item.STYLE)
st.title("Mistakes that circulate")
st.markdown(
    "Each of these is found in tutorials, notebooks and well-known repositories, and none of them"
    " raises an error. Here the wrong lines and the corrected ones are both run, from one seed, on"
    " the same nets; the code that you see is the code that runs."
)
st.markdown(
    "\n".join(f"{n}. [{mistake.title}](#{mistake.name})" for n, mistake in enumerate(MISTAKES, 1))
)
total = sum(len(mistake.pairs) for mistake in MISTAKES)
run_all = st.button(
    "Run all", icon=":material/playlist_play:", key="ms_all",
    help=f"All {total} pairs one after another, about"
    f" {sum(pair.seconds for m in MISTAKES for pair in m.pairs):.0f} s on one core.",
)  # fmt: skip
progress = st.progress(0.0) if run_all else None
done = 0
for number, mistake in enumerate(MISTAKES, 1):
    for pair in mistake.pairs if progress else ():
        progress.progress(done / total, f"{mistake.title}: {pair.label} ({done + 1} of {total})")
        item.run(pair, item.seed_of(mistake))
        done += 1
    st.fragment(item.show, key=f"ms_{mistake.name}")(number, mistake)
if progress:
    progress.empty()
