// Curves against training steps: stacked panels that share their x axis and one read-out.

const states = new WeakMap()
const KEPT = 0.9 // of a curve's moving average at each logged point

// header.panels[i].series[j] has n points; the blob holds n x values, then n y values, of each.
function readPanels(header, values) {
  let at = 0
  return header.panels.map((panel) => ({
    ...panel,
    series: panel.series.map((s) => {
      const x = values.subarray(at, at + s.n)
      const y = values.subarray(at + s.n, at + 2 * s.n)
      at += 2 * s.n
      return { ...s, x, y, mean: panel.smooth ? movingAverage(y) : y }
    }),
  }))
}

function movingAverage(y) {
  const out = new Float32Array(y.length)
  let mean = 0
  let weight = 0 // dividing by it makes the first points plain averages
  for (let i = 0; i < y.length; i++) {
    if (Number.isFinite(y[i])) {
      mean = KEPT * mean + (1 - KEPT) * y[i]
      weight = KEPT * weight + (1 - KEPT)
    }
    out[i] = weight ? mean / weight : NaN
  }
  return out
}

// The range that holds all but the wildest hundredth of the points.
function rangeOf(panel) {
  const all = panel.series.flatMap((s) => Array.from(s.y)).filter(Number.isFinite)
  if (!all.length) return [panel.low ?? 0, panel.high ?? 1]
  all.sort((a, b) => a - b)
  const at = (q) => all[Math.round(q * (all.length - 1))]
  let [low, high] = [at(0.01), at(0.99)]
  for (const { y } of panel.guides) [low, high] = [Math.min(low, y), Math.max(high, y)]
  const room = (high - low || Math.abs(high) || 1) * 0.08
  return [panel.low ?? low - room, panel.high ?? high + room]
}

function niceEnd(last, total) {
  const step = niceStep(Math.max(last, 1), 1)
  return Math.max(10, total ? Math.min(step, Math.max(total, last)) : last)
}

function wake(state) {
  if (!state.waiting) state.waiting = requestAnimationFrame(() => paint(state))
}

// Axes glide to their new ranges; true while they still move.
function settle(state) {
  let moving = false
  for (const panel of state.panels) {
    const target = panel.range
    const shown = (state.ranges[panel.title] ??= [...target])
    for (const k of [0, 1]) {
      const gap = target[k] - shown[k]
      const near = Math.abs(gap) < 0.004 * (target[1] - target[0])
      shown[k] = near || still.matches ? target[k] : shown[k] + 0.25 * gap
      moving ||= shown[k] !== target[k]
    }
  }
  return moving
}

function describe(state, live) {
  const now = performance.now()
  if (live && now - (state.described ?? -1e9) < 900) return
  state.described = now
  const parts = state.panels.map((panel) => {
    const values = panel.series.filter((s) => s.n).map((s) => `${s.label} ${short(s.mean.at(-1))}`)
    return `${panel.title}: ${values.join(", ") || "no value yet"}`
  })
  state.canvas.setAttribute("aria-label", `Curves. ${parts.join(". ")}.`)
}

function create(canvas) {
  const state = { canvas, ranges: {}, hover: null }
  state.observer = new ResizeObserver(() => wake(state))
  state.observer.observe(canvas)
  canvas.onpointermove = (e) => {
    const u = (e.offsetX - PAD.left) / (canvas.clientWidth - PAD.left - PAD.right)
    state.hover = u < 0 || u > 1 ? null : u * state.end
    wake(state)
  }
  canvas.onpointerleave = () => {
    state.hover = null
    wake(state)
  }
  return state
}

export default function ({ data, parentElement }) {
  const canvas = parentElement.querySelector("canvas")
  const state = states.get(parentElement) ?? create(canvas)
  states.set(parentElement, state)
  const { header, blob } = unpack(data)
  if (state.run !== header.run) Object.assign(state, { run: header.run, ranges: {} })
  state.colors = palette(canvas)
  state.panels = readPanels(header, blob("values", Float32Array))
  for (const panel of state.panels) panel.range = rangeOf(panel)
  state.end = niceEnd(header.last, header.live ? header.total : 0)
  canvas.style.height = `${header.height}px`
  describe(state, header.live)
  wake(state)
  return unlessShown(parentElement, () => {
    state.observer.disconnect()
    cancelAnimationFrame(state.waiting)
    states.delete(parentElement)
  })
}
