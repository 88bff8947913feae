// How each kind of series is drawn.

function stroke(c, s, line) {
  c.strokeStyle = inkOf(s.colors, line.color)
  c.lineWidth = line.width || 2
  c.lineJoin = "round"
  c.setLineDash(line.dash || [])
  c.stroke()
  c.setLineDash([])
}

const DRAW = {
  line(c, s, line, X, Y, box) {
    const [x, y] = [s.get(line.x), s.get(line.y)]
    c.beginPath()
    path(c, x, y, X, Y, box)
    stroke(c, s, line)
    endless(c, s, x, y, X, box)
  },
  area(c, s, line, X, Y, box) {
    const [x, y] = [s.get(line.x), s.get(line.y)]
    c.beginPath()
    c.moveTo(X(x[0]), Y(0))
    for (let i = 0; i < x.length; i++) c.lineTo(X(x[i]), Math.max(box.y - 20, Y(y[i])))
    c.lineTo(X(x.at(-1)), Y(0))
    c.fillStyle = alpha(inkOf(s.colors, line.color), 0.15)
    c.fill()
    DRAW.line(c, s, line, X, Y, box)
  },
  band(c, s, line, X, Y) {
    const [x, y, y2] = [s.get(line.x), s.get(line.y), s.get(line.y2)]
    c.beginPath()
    for (let i = 0; i < x.length; i++) c.lineTo(X(x[i]), Y(y[i]))
    for (let i = x.length - 1; i >= 0; i--) c.lineTo(X(x[i]), Y(y2[i]))
    c.fillStyle = alpha(inkOf(s.colors, line.color), 0.22)
    c.fill()
  },
  points(c, s, line, X, Y) {
    const [x, y] = [s.get(line.x), s.get(line.y)]
    c.fillStyle = inkOf(s.colors, line.color)
    for (let i = 0; i < x.length; i++) {
      if (!Number.isFinite(y[i])) continue
      c.beginPath()
      c.arc(X(x[i]), Y(y[i]), line.width || 3.5, 0, 7)
      c.fill()
    }
  },
  bars(c, s, line, X, Y) {
    const [x, y] = [s.get(line.x), s.get(line.y)]
    const ink = inkOf(s.colors, line.color)
    const half = (line.thick || 0.4) * (X(1) - X(0))
    for (let i = 0; i < x.length; i++) {
      const at = X(x[i] + (line.shift || 0))
      c.fillStyle = alpha(ink, line.fill ?? 0.75)
      c.fillRect(at - half, Math.min(Y(0), Y(y[i])), 2 * half, Math.abs(Y(0) - Y(y[i])))
      c.strokeStyle = ink
      c.lineWidth = 1.5
      c.strokeRect(at - half, Math.min(Y(0), Y(y[i])), 2 * half, Math.abs(Y(0) - Y(y[i])))
    }
  },
  stems(c, s, line, X, Y, box) {
    const [x, y] = [s.get(line.x), s.get(line.y)]
    c.beginPath()
    for (let i = 0; i < x.length; i++) {
      const [px, tip] = [X(x[i]), Math.max(box.y + 4, Y(y[i]))]
      c.moveTo(px, Y(0))
      c.lineTo(px, tip)
      c.moveTo(px - 4, tip + 7)
      c.lineTo(px, tip)
      c.lineTo(px + 4, tip + 7)
    }
    stroke(c, s, line)
  },
  arrows(c, s, line, X, Y) {
    const [x, y, u, v] = ["x", "y", "u", "v"].map((name) => s.get(line[name]))
    const long = line.long || 13
    let most = 0
    for (let i = 0; i < x.length; i++) most = Math.max(most, Math.hypot(u[i], v[i]))
    for (let i = 0; i < x.length; i++) {
      const size = Math.hypot(u[i], v[i])
      if (!(size > 0)) continue
      const [px, py, dx, dy] = [X(x[i]), Y(y[i]), u[i] / size, -v[i] / size]
      const reach = long * (0.35 + 0.65 * Math.sqrt(size / most))
      const [ex, ey] = [px + dx * reach, py + dy * reach]
      c.strokeStyle = alpha(inkOf(s.colors, line.color), 0.35 + 0.5 * Math.sqrt(size / most))
      c.lineWidth = 1.5
      c.beginPath()
      c.moveTo(px, py)
      c.lineTo(ex, ey)
      c.moveTo(ex - 4 * dx + 3 * dy, ey - 4 * dy - 3 * dx)
      c.lineTo(ex, ey)
      c.lineTo(ex - 4 * dx - 3 * dy, ey - 4 * dy + 3 * dx)
      c.stroke()
    }
  },
  // A walk up to the frame that is shown, the rest of it faint, with a disc where it stands.
  path(c, s, line, X, Y, box) {
    const [x, y] = [s.get(line.x), s.get(line.y)]
    const till = s.frames > 1 ? Math.round((s.pos / (s.frames - 1)) * (x.length - 1)) : x.length - 1
    c.globalAlpha = 0.25
    c.beginPath()
    path(c, x, y, X, Y, box)
    stroke(c, s, { ...line, width: 1.25 })
    c.globalAlpha = 1
    c.beginPath()
    path(c, x.subarray(0, till + 1), y.subarray(0, till + 1), X, Y, box)
    stroke(c, s, line)
    c.beginPath()
    c.arc(X(x[till]), Y(y[till]), 5, 0, 7)
    c.fillStyle = inkOf(s.colors, line.color)
    c.fill()
    c.lineWidth = 2
    c.strokeStyle = s.colors.background
    c.stroke()
  },
}

// Like trace, and broken at infinities too; a walk may leave its box, which the clip then cuts.
function path(c, x, y, X, Y, box) {
  let open = false
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(y[i]) || !Number.isFinite(x[i])) open = false
    else {
      const at = Math.max(box.y - 4000, Math.min(box.y + box.h + 4000, Y(y[i])))
      if (open) c.lineTo(X(x[i]), at)
      else c.moveTo(X(x[i]), at)
      open = true
    }
  }
}

function endless(c, s, x, y, X, box) {
  for (let i = 0; i < x.length; i++) {
    if (Math.abs(y[i]) !== Infinity) continue
    let j = i
    while (j + 1 < x.length && Math.abs(y[j + 1]) === Infinity) j++
    // half way to the neighbours, which are finite
    const from = i ? (x[i - 1] + x[i]) / 2 : x[i]
    const to = j < x.length - 1 ? (x[j] + x[j + 1]) / 2 : x[j]
    stripes(c, s, X(from), X(to), box)
    i = j
  }
}
