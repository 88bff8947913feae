"""How the arena reaches a browser: `python benchmarks/frames.py [--json]`, about a minute.

Trains R3GAN on the ring for a moment and keeps its frames. A small app then shows them in turn, in
one fragment, either with the canvas of the Train 2-D page or with `st.plotly_chart`, and Chromium
counts what arrives: at the pace of the page, and as fast as it goes. Plotly draws less: points and
D's field, without level lines, arrows, the latent grid and motion between frames.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from benchmarks.live import _cpu  # noqa: E402
from gan_core import pictures, runs  # noqa: E402
from gan_core.build import build  # noqa: E402
from gan_core.presets import preset  # noqa: E402
from gan_core.training import train  # noqa: E402
from gan_core.window import fixed_latents  # noqa: E402
from scripts.serving import FLAGS, chromium, serve  # noqa: E402

FRAMES, BETWEEN = 60, 5  # frames kept, and training steps from one to the next
LOOK = 4.0  # seconds in which frames are counted
SMALL = 5000  # bytes: messages of the server without a frame are shorter
PACE = 0.15  # seconds between looks, as ui/live.py has it
FAST = 0.02  # seconds that the fragment waits when it may go as fast as it can
APP = """
import json, os, sys
from pathlib import Path
sys.path.insert(0, os.environ["FRAMES_ROOT"])
import numpy as np, plotly.graph_objects as go, streamlit as st
from ui.components import canvas

folder = Path(os.environ["FRAMES_OF"])
scene = json.loads((folder / "scene.json").read_text())
real = (folder / "real.bin").read_bytes()
size = len((folder / "frames.bin").read_bytes()) // scene["count"]
frames = (folder / "frames.bin").read_bytes()
how, pace = st.query_params["how"], float(st.query_params["pace"])
n, side, (x0, x1, y0, y1) = scene["points"], scene["field"], scene["extent"]

def places(raw):
    return np.frombuffer(raw, "<u2", 2 * n).reshape(n, 2).T.astype("f4") / 65535 * (x1 - x0) + x0

def plotly(payload, step):
    field = np.frombuffer(payload, "u1", side * side, 4 * n).reshape(side, side)
    violet = [[0, "rgba(124,58,237,0)"], [1, "rgba(124,58,237,.33)"]]
    dots = go.Scattergl if how == "webgl" else go.Scatter
    figure = go.Figure([go.Heatmap(z=field, x0=x0, dx=(x1 - x0) / (side - 1), y0=y0,
                                   dy=(y1 - y0) / (side - 1), colorscale=violet, showscale=False)])
    for raw, color in ((real, "#2563eb"), (payload, "#d9480f")):
        x, y = places(raw)
        figure.add_trace(dots(x=x, y=y, mode="markers", marker={"size": 4, "color": color}))
    figure.update_layout(height=560, width=560, showlegend=False, title=str(step), uirevision=1)
    st.plotly_chart(figure, key="chart", alt="the scene", width="content")

@st.fragment(run_every=pace)
def show():
    step = st.session_state["step"] = st.session_state.get("step", 0) + 1
    i = step % scene["count"]
    payload = frames[i * size : (i + 1) * size]
    if how == "canvas":
        canvas.scene("replay", scene, real, [(step, 0.0, payload)], True, key="scene")
    else:
        plotly(payload, step)

st.set_page_config(layout="wide")
with st.container(width=560):
    show()
"""
# Counts, at each repaint of the page, whether the number of the frame on it has changed.
COUNT = """seconds => new Promise(done => {
  const deep = root => [...root.querySelectorAll("*")].find(e => e.dataset?.step) ??
    [...root.querySelectorAll("*")].map(e => e.shadowRoot && deep(e.shadowRoot)).find(Boolean)
  let canvas = deep(document), last = null, frames = 0, repaints = 0
  const start = performance.now()
  const look = now => {
    const chart = document.querySelector(".js-plotly-plot")
    const step = canvas ? canvas.dataset.step : chart?._fullLayout?.title?.text
    repaints++
    if (step && step !== last) { frames += last !== null; last = step }
    if (now - start < 1000 * seconds) requestAnimationFrame(look)
    else done({frames, repaints, seconds: (now - start) / 1000})
  }
  requestAnimationFrame(look)
})"""


def record(folder: Path) -> float:
    """A short run's frames in a folder; returns the milliseconds one took to make, median."""
    torch.set_num_threads(1)
    config = preset("r3gan", "ring", steps=FRAMES * BETWEEN, device="cpu")
    players, data, plan = build(config)
    latents, rng = fixed_latents(config), torch.Generator().manual_seed(1)
    real = data.sample(pictures.POINTS, rng)
    shots, taken = [], []
    for step in train(players, data.sample, plan):
        if step.number % BETWEEN == 0:
            begin = time.thread_time()
            shots.append(pictures.plane_frame(players, data.extent, "score", latents, real))
            taken.append(time.thread_time() - begin)
    scene = pictures.scene_of(data, "score") | {"count": len(shots)}
    (folder / "scene.json").write_text(json.dumps(scene))
    (folder / "real.bin").write_bytes(pictures.to_u16(real, data.extent))
    (folder / "frames.bin").write_bytes(b"".join(shots))
    return 1000 * sorted(taken)[len(taken) // 2]


def measure(
    browser: Browser, url: str, server: subprocess.Popen, how: str, pace: float
) -> dict[str, Any]:
    """One way of drawing at one pace."""
    page = browser.new_page(viewport={"width": 900, "height": 800})
    sizes: list[int] = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda raw: sizes.append(len(raw))))
    page.goto(f"{url}/?how={how}&pace={pace}")
    page.locator("canvas[data-step]" if how == "canvas" else ".js-plotly-plot").wait_for()
    page.wait_for_timeout(1500)  # unlike time.sleep, this also hands over what was received
    sizes.clear()
    before = _cpu(server.pid)
    seen = page.evaluate(COUNT, LOOK)
    used, received = _cpu(server.pid) - before, sum(sizes)
    sent = max(1, sum(size > SMALL for size in sizes))  # a slow page leaves some out
    page.close()
    return {
        "drawn by": how, "pace_s": pace, "frames_per_s": seen["frames"] / seen["seconds"],
        "kb_per_frame": received / sent / 1000, "server_ms_per_frame": 1000 * used / sent,
        "repaints_per_s": seen["repaints"] / seen["seconds"],
    }  # fmt: skip


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    as_json = args.parse_args().json
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    where = f"{runs.machine()}, load {load}, Python {platform.python_version()}"
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        made = record(folder)
        (folder / "app.py").write_text(APP)
        os.environ |= {"FRAMES_OF": name, "FRAMES_ROOT": str(ROOT)}
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        with serve(folder / "runs", folder / "app.py") as (url, server):
            rows = [
                measure(browser, url, server, how, pace)
                for pace in (PACE, FAST) for how in ("canvas", "svg", "webgl")
            ]  # fmt: skip
        payload = (folder / "frames.bin").stat().st_size // FRAMES
        browser.close()
    if as_json:
        print(
            json.dumps({"machine": where, "frame_ms": made, "frame_bytes": payload, "rows": rows})
        )
        return
    print(where)
    print(f"a frame: {payload} bytes, made by the worker in {made:.1f} ms of processor time")
    print(*rows[0], sep=" | ")
    for row in rows:
        print(*(v if isinstance(v, str) else f"{v:.2f}" for v in row.values()), sep=" | ")


if __name__ == "__main__":
    main()
