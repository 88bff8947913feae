// What each layer of the arena looks like; m maps the unit square of the data to the canvas.

const LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
const SHADES = 8 // strengths that lines and cells of the latent grid come in
const SPOT = 11 // pixels between arrows, at least

function paintField(c, state, m) {
  const { scene, shown, patch, colors } = state
  const side = scene.field
  const context = patch.getContext("2d")
  const image = context.createImageData(side, side)
  const [r, g, b] = colors.dRGB
  const most = colors.dark ? 115 : 85
  for (let row = 0, at = 0; row < side; row++) {
    for (let column = 0; column < side; column++, at += 4) {
      image.data[at] = r
      image.data[at + 1] = g
      image.data[at + 2] = b
      // Row 0 of the field is the bottom.
      image.data[at + 3] = shown.field[(side - 1 - row) * side + column] * most
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

// The latent grid as G maps it. Every cell holds the same share of all samples, so a stretched one
// is sparse: it is drawn fainter.
function paintMesh(c, state, m) {
  const [rows, columns] = state.scene.mesh ?? [0, 0]
  const { mesh } = state.shown
  if (!mesh.length) return
  const cells = Array.from({ length: SHADES }, () => new Path2D())
  const lines = Array.from({ length: SHADES }, () => new Path2D())
  const shade = (share) => Math.min(SHADES - 1, Math.floor(SHADES * Math.min(1, share)))
  const at = (k) => [mesh[2 * k], mesh[2 * k + 1]]
  const edge = (a, b) => {
    const [[x0, y0], [x1, y1]] = [at(a), at(b)]
    const path = lines[shade(Math.sqrt(0.6 / (columns * Math.hypot(x1 - x0, y1 - y0) + 1e-9)))]
    path.moveTo(m.px(x0), m.py(y0))
    path.lineTo(m.px(x1), m.py(y1))
  }
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const k = j * columns + i
      if (i + 1 < columns) edge(k, k + 1)
      if (j + 1 < rows) edge(k, k + columns)
      if (i + 1 === columns || j + 1 === rows) continue
      const corners = [at(k), at(k + 1), at(k + columns + 1), at(k + columns)]
      const path = cells[shade(Math.sqrt(0.15 / (rows * columns * areaOf(corners) + 1e-9)))]
      corners.forEach(([x, y], e) => path[e ? "lineTo" : "moveTo"](m.px(x), m.py(y)))
      path.closePath()
    }
  }
  c.fillStyle = c.strokeStyle = state.colors.fake
  c.lineWidth = 1
  for (let k = 0; k < SHADES; k++) {
    c.globalAlpha = 0.5 * k / (SHADES - 1)
    c.fill(cells[k])
    c.globalAlpha = 0.1 + 0.4 * k / (SHADES - 1)
    c.stroke(lines[k])
  }
  c.globalAlpha = 1
}

function areaOf([[ax, ay], [bx, by], [cx, cy], [dx, dy]]) {
  return Math.abs((cx - ax) * (dy - by) - (dx - bx) * (cy - ay)) / 2
}

// Where G would move its points. Length grows with the root of the gradient, measured across the
// data and not against its neighbours: a gradient that vanished has no arrow.
function paintArrows(c, state, m, grow) {
  const { points, arrows } = state.shown
  const [x0, x1] = state.scene.extent
  const path = new Path2D()
  const taken = new Set() // one arrow to a spot of the screen: zooming in shows the others
  for (let i = 0; i < arrows.length / 2; i++) {
    const [x, y] = [m.px(points[2 * i]), m.py(points[2 * i + 1])]
    const spot = Math.floor(x / SPOT) * 1e4 + Math.floor(y / SPOT)
    if (taken.has(spot)) continue
    taken.add(spot)
    const [vx, vy] = [arrows[2 * i], -arrows[2 * i + 1]]
    const size = Math.hypot(vx, vy)
    const length = Math.min(32, 11 * Math.sqrt(size * (x1 - x0))) * grow
    if (!(length > 0.7)) continue
    const [dx, dy] = [vx / size, vy / size]
    const [tx, ty] = [x + dx * length, y + dy * length]
    path.moveTo(x, y)
    path.lineTo(tx, ty)
    const head = Math.min(4.5 * grow, 0.35 * length)
    if (length < 6 * grow) continue // too short for a head: a tick
    path.moveTo(tx - head * (dx + 0.6 * dy), ty - head * (dy - 0.6 * dx))
    path.lineTo(tx, ty)
    path.lineTo(tx - head * (dx - 0.6 * dy), ty - head * (dy + 0.6 * dx))
  }
  c.save()
  c.lineCap = c.lineJoin = "round"
  c.strokeStyle = state.colors.background // a rim, so that arrows stand out from their points
  c.lineWidth = 3.2
  c.globalAlpha = 0.6
  c.stroke(path)
  c.globalAlpha = 1
  c.strokeStyle = state.colors.fake
  c.lineWidth = 1.4
  c.stroke(path)
  c.restore()
}
