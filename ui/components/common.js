// What every canvas component needs: its bytes, colours, a sharp canvas, and a film's controls.
// canvas.py puts this file in front of each of the others.

// `bytes` is u32 header length, a JSON header, then 4-byte aligned blobs named in header.blobs.
function unpack(bytes) {
  const copy = bytes.slice().buffer // typed arrays must start at aligned offsets
  const length = new DataView(copy).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(copy, 4, length)))
  const blob = (name, Kind = Uint8Array) => {
    const [offset, size] = header.blobs[name]
    return new Kind(copy, 4 + length + offset, size / Kind.BYTES_PER_ELEMENT)
  }
  return { header, blob }
}

// What a component returns to be tidied up with. Streamlit calls it when the element goes, but also
// when new bytes came before the last call was over, as on a busy machine: then all is to stay.
const unlessShown = (element, end) => () => {
  if (!element.isConnected) end()
}

function palette(element) {
  const style = getComputedStyle(element)
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback
  const background = read("--st-background-color", "#ffffff")
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
  probe.fillStyle = background
  probe.fillRect(0, 0, 1, 1)
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data
  const dark = 0.3 * r + 0.6 * g + 0.1 * b < 128
  return {
    dark,
    background,
    text: read("--st-text-color", dark ? "#e8ecf3" : "#1b2333"),
    font: read("--st-font", "sans-serif"),
    faint: dark ? "rgba(232,236,243,.66)" : "rgba(27,35,51,.72)",
    line: dark ? "rgba(232,236,243,.13)" : "rgba(27,35,51,.11)",
    real: dark ? "#60a5fa" : "#2563eb",
    fake: dark ? "#fb923c" : "#d9480f",
    d: dark ? "#a78bfa" : "#7c3aed",
    em: dark ? "#2dd4bf" : "#0f766e",
    fault: dark ? "#f87171" : "#b91c1c",
    dRGB: dark ? [167, 139, 250] : [124, 58, 237],
  }
}

// A component with a `canvas` gets its `colors`, and is painted anew where the theme has changed.
function themed(state) {
  if (!state.canvas.isConnected) return clearInterval(state.watch)
  const colors = palette(state.canvas)
  if (state.colors?.background === colors.background) return
  state.colors = colors
  state.wake()
}

// No event tells of a change of theme.
function watchTheme(state) {
  state.watch = setInterval(() => themed(state), 700)
}

// To the right and down, of the arrow keys.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

const still = matchMedia("(prefers-reduced-motion: reduce)")

// The canvas at the screen's own resolution; returns its context and its size in CSS pixels.
function sharpen(canvas) {
  const ratio = Math.min(window.devicePixelRatio || 1, 3)
  const [w, h] = [canvas.clientWidth, canvas.clientHeight]
  const [pw, ph] = [Math.round(w * ratio), Math.round(h * ratio)]
  if (canvas.width !== pw || canvas.height !== ph) Object.assign(canvas, { width: pw, height: ph })
  const c = canvas.getContext("2d")
  c.setTransform(ratio, 0, 0, ratio, 0, 0)
  c.clearRect(0, 0, w, h)
  return [c, w, h]
}

function niceStep(span, count) {
  const raw = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(raw))
  return [1, 2, 5, 10].find((m) => m * power >= raw * 0.999) * power
}

function short(value, digits = 3) {
  if (!Number.isFinite(value)) return "–"
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(1)
  return String(+value.toPrecision(digits)).replace("-", "\u2212")
}

const thousands = (n) => Math.round(n).toLocaleString("en")

// Play, pause and scrub through the frames of a finished run; all in the browser.
class Player {
  constructor(bar, show, rest = () => {}) {
    this.rest = rest // told the frame at which the visitor left it
    this.button = bar.querySelector("button")
    this.slider = bar.querySelector("input")
    this.output = bar.querySelector("output")
    this.bar = bar
    this.show = show
    this.timer = null
    this.frames = []
    this.button.onclick = () => {
      if (!this.timer) return this.play()
      this.pause()
      this.rest(+this.slider.value)
    }
    this.slider.onchange = () => this.rest(+this.slider.value)
    this.slider.oninput = () => {
      this.pause()
      this.to(+this.slider.value, 0)
    }
    this.pause()
  }

  load(frames) {
    const last = (all) => `${all.length} ${all.at(-1)}`
    const fresh = last(frames) !== last(this.frames)
    this.frames = frames
    this.bar.hidden = frames.length < 2
    this.slider.max = Math.max(0, frames.length - 1)
    if (fresh && frames.length) {
      this.pause()
      this.to(frames.length - 1, 0)
    } else if (frames.length) this.label(+this.slider.value)
  }

  label(index) {
    const frame = this.frames[index] // its label, or what begins with its step
    this.output.textContent = typeof frame === "string" ? frame : `step ${thousands(frame[0])}`
    this.slider.setAttribute("aria-valuetext", this.output.textContent)
  }

  to(index, glide) {
    this.slider.value = index
    this.label(index)
    this.show(index, glide)
  }

  play() {
    const pause = Math.min(150, Math.max(40, 8000 / this.frames.length))
    if (+this.slider.value >= this.frames.length - 1) this.to(0, 0)
    this.timer = setInterval(() => {
      const next = +this.slider.value + 1
      if (next < this.frames.length) return this.to(next, pause)
      this.pause()
      this.rest(next - 1)
    }, pause)
    this.button.textContent = "❚❚"
    this.button.setAttribute("aria-label", "Pause")
  }

  pause() {
    clearInterval(this.timer)
    this.timer = null
    this.button.textContent = "▶"
    this.button.setAttribute("aria-label", "Play the run")
  }
}

// Give a film that holds still to its player; the server hears at which step the visitor left the
// scrubber, and when a frame came after that one.
function loadFilm(state, header, setStateValue) {
  state.rest = (i) => {
    const shown = { run: header.run, step: header.frames[i][0] }
    if (JSON.stringify(shown) === state.told) return
    state.told = JSON.stringify(shown)
    setStateValue("shown", shown)
  }
  const before = state.player.frames.length
  const told = state.told
  const newest = header.frames.at(-1).join()
  state.player.load(header.frames)
  if (before && told && newest !== state.newest) state.rest(header.frames.length - 1)
  state.newest = newest
}
