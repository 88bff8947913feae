// The 2-D arena: frames as they come from a run, and what is seen between two of them.

const states = new WeakMap()
const LAYERS = ["real", "fake", "source", "carried", "arrows", "field", "lines", "mesh", "modes"]

// Where each frame lies in the blob of all: header.frames holds [step, seconds, bytes].
function placesOf(frames) {
  let at = 0
  return frames.map(([, , size]) => ({ at: (at += size) - size, size }))
}

// One frame, laid out as gan_core.pictures.scene_of says; layers that it lacks come back empty.
function readFrame(all, scene, place) {
  const bytes = all.slice(place.at, place.at + place.size).buffer
  let at = 0
  const next = (Kind, count) => {
    const end = at + count * Kind.BYTES_PER_ELEMENT
    if (end > bytes.byteLength) return new Kind(0) // of an older run: it has no such layer
    const part = new Kind(bytes.slice(at, end))
    at = end
    return part
  }
  const { points, field: side, mesh: [rows, columns] = [0, 0], margin = 0, arrows = 0 } = scene
  const wide = 1 + 2 * margin
  return {
    points: Float32Array.from(next(Uint16Array, 2 * points), (v) => v / 65535),
    field: Float32Array.from(next(Uint8Array, side * side), (v) => v / 255),
    ends: next(Float32Array, 2),
    mesh: Float32Array.from(next(Uint16Array, 2 * rows * columns), (v) => v / 65535 * wide - margin),
    ...readArrows(next(Float32Array, arrows && 2), next(Int16Array, 2 * arrows)),
  }
}

const readArrows = ([unit, mean], parts) => ({
  arrows: Float32Array.from(parts, (v) => v / 32767 * unit),
  strength: Float32Array.from(mean === undefined ? [] : [mean]), // their mean length
})

function blend(from, to, u) {
  const mixed = {}
  for (const layer in to) {
    const [a, b] = [from[layer], to[layer]]
    mixed[layer] = a.length === b.length ? a.map((v, i) => v + (b[i] - v) * u) : b
  }
  return mixed
}

function glideTo(state, frame, duration) {
  state.from = duration > 0 && !still.matches ? state.shown : null
  state.to = frame
  state.begun = performance.now()
  state.duration = duration
  wake(state)
}

function wake(state) {
  if (!state.waiting) state.waiting = requestAnimationFrame((now) => advance(state, now))
}

function advance(state, now) {
  state.waiting = null
  if (!state.to) return
  const u = state.from ? Math.min(1, (now - state.begun) / state.duration) : 1
  state.shown = u < 1 ? blend(state.from, state.to, u) : state.to
  paint(state)
  if (u < 1) wake(state)
}

// Maps between the unit square of the data and the canvas, through the current zoom.
function mapping(state, w, h) {
  const { x, y, zoom } = state.view
  return {
    px: (u) => (u - x) * zoom * w + w / 2,
    py: (v) => h / 2 - (v - y) * zoom * h,
    ux: (p) => (p - w / 2) / (zoom * w) + x,
    uy: (p) => (h / 2 - p) / (zoom * h) + y,
  }
}

function paint(state) {
  const { canvas, scene, shown, on, colors } = state
  const [c, w, h] = sharpen(canvas)
  if (!w || !shown) return
  const m = mapping(state, w, h)
  if (on.field) paintField(c, state, m)
  if (on.lines) paintLines(c, state, m)
  if (on.mesh) paintMesh(c, state, m)
  paintAxes(c, state, m, w, h)
  const grow = Math.min(1.7, Math.sqrt(state.view.zoom))
  if (on.real) paintDots(c, state.real, m, colors.real, 2.7 * grow, 0.6)
  if (on.modes && scene.modes) paintModes(c, state, m)
  if (on.source) paintDots(c, state.source, m, colors.em, 1.9 * grow, 0.55)
  if (on.carried) paintCarried(c, state, m, grow)
  if (on.fake) paintDots(c, shown.points, m, colors.fake, 1.6 * grow, 0.85)
  if (on.arrows) paintArrows(c, state, m, grow)
}

