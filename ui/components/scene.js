// The 2-D arena: D's field, its level lines, real and generated points, moving between frames.

const states = new WeakMap()
const LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
const LAYERS = [
  ["real", "Real data"],
  ["fake", "Generated"],
  ["field", "D"],
  ["lines", "Levels"],
  ["modes", "Modes"],
]

// One frame: u16 points, u8 field, then the field's end values as f4 (see gan_core.runs).
function readFrame(all, scene, i) {
  const { points, field: side } = scene
  const size = points * 4 + side * side + 8
  const bytes = all.slice(i * size, (i + 1) * size)
  const places = new Uint16Array(bytes.buffer, 0, points * 2)
  const ends = new DataView(bytes.buffer, points * 4 + side * side)
  return {
    points: Float32Array.from(places, (v) => v / 65535),
    field: Float32Array.from(bytes.subarray(points * 4, points * 4 + side * side), (v) => v / 255),
    ends: [ends.getFloat32(0, true), ends.getFloat32(4, true)],
  }
}

function blend(from, to, u) {
  const mix = (a, b) => a.map((v, i) => v + (b[i] - v) * u)
  return {
    points: mix(from.points, to.points),
    field: mix(from.field, to.field),
    ends: mix(from.ends, to.ends),
  }
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
  paintAxes(c, state, m, w, h)
  const grow = Math.min(1.7, Math.sqrt(state.view.zoom))
  if (on.real) paintDots(c, state.real, m, colors.real, 2.7 * grow, 0.6)
  if (on.modes && scene.modes) paintModes(c, state, m)
  if (on.fake) paintDots(c, shown.points, m, colors.fake, 1.6 * grow, 0.85)
}

function paintField(c, state, m) {
  const { scene, shown, patch, colors } = state
  const side = scene.field
  const context = patch.getContext("2d")
  const image = context.createImageData(side, side)
  const [r, g, b] = colors.dRGB
  const most = colors.dark ? 115 : 85
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = ((side - 1 - row) * side + column) * 4 // row 0 of the field is the bottom
      image.data.set([r, g, b, shown.field[row * side + column] * most], at)
    }
  }
  context.putImageData(image, 0, 0)
  const half = 0.5 / (side - 1) // values stand at cell centres, the outermost on the border
  c.imageSmoothingEnabled = true
  c.imageSmoothingQuality = "high"
  c.drawImage(
    patch, m.px(-half), m.py(1 + half), m.px(1 + half) - m.px(-half), m.py(-half) - m.py(1 + half),
  )
}

function paintLines(c, state, m) {
  const side = state.scene.field
  const middle = state.scene.head === "probability" ? 0.5 : -1
  for (const level of LEVELS) {
    c.beginPath()
    for (const [x0, y0, x1, y1] of crossings(state.shown.field, side, level)) {
      c.moveTo(m.px(x0), m.py(y0))
      c.lineTo(m.px(x1), m.py(y1))
    }
    c.globalAlpha = level === middle ? 0.95 : 0.35
    c.lineWidth = level === middle ? 1.8 : 1
    c.strokeStyle = state.colors.d
    c.stroke()
  }
  c.globalAlpha = 1
}

// Marching squares: the pieces of one level line, in the unit square.
function crossings(field, side, level) {
  const pieces = []
  const cell = 1 / (side - 1)
  for (let j = 0; j < side - 1; j++) {
    for (let i = 0; i < side - 1; i++) {
      const at = j * side + i
      const inside = field[at] > level
      if (
        inside === field[at + 1] > level &&
        inside === field[at + side] > level &&
        inside === field[at + side + 1] > level
      ) continue // nearly all cells, so no array is made before this
      const corners = [field[at], field[at + 1], field[at + side + 1], field[at + side]]
      const cuts = []
      for (let e = 0; e < 4; e++) {
        const [a, b] = [corners[e], corners[(e + 1) % 4]]
        if (a > level === b > level) continue
        const t = (level - a) / (b - a)
        cuts.push([i + [t, 1, 1 - t, 0][e], j + [0, t, 1, 1 - t][e]])
      }
      for (let k = 0; k + 1 < cuts.length; k += 2) {
        pieces.push([...cuts[k], ...cuts[k + 1]].map((v) => v * cell))
      }
    }
  }
  return pieces
}

function paintDots(c, points, m, color, radius, alpha) {
  c.fillStyle = color
  c.globalAlpha = alpha
  c.beginPath()
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [m.px(points[i]), m.py(points[i + 1])]
    c.moveTo(x + radius, y)
    c.arc(x, y, radius, 0, 7)
  }
  c.fill()
  c.globalAlpha = 1
}

function paintModes(c, state, m) {
  const [x0, x1, y0, y1] = state.scene.extent
  c.strokeStyle = state.colors.faint
  c.lineWidth = 1.2
  c.beginPath()
  for (const [x, y] of state.scene.modes) {
    const [px, py] = [m.px((x - x0) / (x1 - x0)), m.py((y - y0) / (y1 - y0))]
    c.moveTo(px + 9, py)
    c.arc(px, py, 9, 0, 7)
  }
  c.stroke()
}

function paintAxes(c, state, m, w, h) {
  const { colors, scene, view } = state
  const [x0, x1, y0, y1] = scene.extent
  c.font = `11px ${colors.font}`
  c.fillStyle = colors.faint
  c.strokeStyle = colors.line
  c.lineWidth = 1
  const step = niceStep((x1 - x0) / view.zoom, 5)
  c.textAlign = "center"
  const [left, right] = [x0 + m.ux(0) * (x1 - x0), x0 + m.ux(w) * (x1 - x0)]
  for (let k = Math.ceil(left / step); k * step <= right; k++) {
    const p = m.px((k * step - x0) / (x1 - x0))
    if (p < 20 || p > w - 16) continue
    c.strokeRect(Math.round(p) + 0.5, h - 4, 0, 4)
    c.fillText(short(k * step), p, h - 8)
  }
  c.textAlign = "left"
  const [low, high] = [y0 + m.uy(h) * (y1 - y0), y0 + m.uy(0) * (y1 - y0)]
  for (let k = Math.ceil(low / step); k * step <= high; k++) {
    const p = m.py((k * step - y0) / (y1 - y0))
    if (p < 12 || p > h - 20) continue
    c.strokeRect(0, Math.round(p) + 0.5, 4, 0)
    c.fillText(short(k * step), 8, p + 4)
  }
}
