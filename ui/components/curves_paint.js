// How curves.js draws its panels: axes, guides, lines, titles.

const PAD = { left: 46, right: 10, top: 30, bottom: 10, axis: 22 }

function paint(state) {
  state.waiting = null
  if (!state.panels?.length) return
  const moving = settle(state)
  const [c, w, h] = sharpen(state.canvas)
  const each = (h - PAD.axis) / state.panels.length
  c.font = `12px ${state.colors.font}`
  state.panels.forEach((panel, i) => {
    const box = { left: PAD.left, right: w - PAD.right, top: i * each + PAD.top }
    box.bottom = (i + 1) * each - PAD.bottom
    paintPanel(c, state, panel, box)
  })
  paintSteps(c, state, w, h)
  if (moving) wake(state)
}

function paintPanel(c, state, panel, box) {
  const { colors } = state
  const [low, high] = state.ranges[panel.title]
  const px = (x) => box.left + (x / state.end) * (box.right - box.left)
  const py = (y) => box.bottom - ((y - low) / (high - low)) * (box.bottom - box.top)
  paintTitle(c, state, panel, box)
  if (!panel.series.some((s) => s.n)) return
  paintValues(c, colors, box, low, high, py)
  c.save()
  c.beginPath()
  c.rect(box.left, box.top - 2, box.right - box.left, box.bottom - box.top + 4)
  c.clip()
  paintGuides(c, colors, box, panel.guides, py)
  for (const s of panel.series) {
    if (panel.smooth) paintLine(c, s.x, s.y, px, py, colors[s.color], 1, 0.25)
    paintLine(c, s.x, s.mean, px, py, colors[s.color], 2, 1)
    if (!panel.smooth && s.n < 40) paintPoints(c, s, px, py, colors[s.color])
  }
  c.restore()
  if (state.hover != null) {
    c.fillStyle = colors.faint
    c.fillRect(Math.round(px(state.hover)), box.top, 1, box.bottom - box.top)
  }
}

function paintValues(c, colors, box, low, high, py) {
  const step = niceStep(high - low, Math.max(2, (box.bottom - box.top) / 18))
  c.textAlign = "right"
  for (let k = Math.ceil(low / step - 1e-6); k * step <= high + 1e-6 * step; k++) {
    const y = Math.round(py(k * step)) + 0.5
    c.fillStyle = colors.line
    c.fillRect(box.left, y - 0.5, box.right - box.left, 1)
    c.fillStyle = colors.faint
    c.fillText(short(k * step), box.left - 8, y + 4)
  }
}

// Dashed lines, at most two, each with its label: the upper one's above, the lower one's below.
function paintGuides(c, colors, box, guides, py) {
  const lines = guides.map((g) => ({ y: py(g.y), label: g.label })).sort((a, b) => a.y - b.y)
  c.strokeStyle = c.fillStyle = colors.faint
  c.lineWidth = 1
  c.textAlign = "right"
  c.setLineDash([4, 4])
  c.beginPath()
  for (const { y } of lines) {
    c.moveTo(box.left, y)
    c.lineTo(box.right, y)
  }
  c.stroke()
  c.setLineDash([])
  const write = (words, y) => c.fillText(words, box.right - 2, y)
  if (!lines.length) return
  const [upper, lower] = [lines[0], lines.at(-1)]
  const above = upper.y - 16 > box.top
  const below = lower.y + 16 < box.bottom
  if (lower.y - upper.y < 32 && !(above && below)) { // one label for both
    const words = lines.map(({ label }) => label).join(" · ")
    write(words, above ? upper.y - 5 : lower.y + 13)
    return
  }
  write(upper.label, above ? upper.y - 5 : upper.y + 13)
  if (lower !== upper) write(lower.label, below ? lower.y + 13 : lower.y - 5)
}

function paintLine(c, xs, ys, px, py, color, width, alpha) {
  c.strokeStyle = color
  c.lineWidth = width
  c.lineJoin = "round"
  c.globalAlpha = alpha
  c.beginPath()
  let pen = false
  for (let i = 0; i < xs.length; i++) {
    if (!Number.isFinite(ys[i])) pen = false
    else if (pen) c.lineTo(px(xs[i]), py(ys[i]))
    else c.moveTo(px(xs[i]), py(ys[i]))
    pen = Number.isFinite(ys[i])
  }
  c.stroke()
  c.globalAlpha = 1
}

function paintPoints(c, s, px, py, color) {
  c.fillStyle = color
  for (let i = 0; i < s.n; i++) {
    c.beginPath()
    c.arc(px(s.x[i]), py(s.y[i]), 3, 0, 7)
    c.fill()
  }
}

function nearest(s, x) {
  let [low, high] = [0, s.x.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (s.x[middle] < x) low = middle + 1
    else high = middle
  }
  return low
}

// The panel's name, then each series with its value under the pointer, or its latest.
function paintTitle(c, state, panel, box) {
  const { colors } = state
  const y = box.top - 12
  c.textAlign = "left"
  c.fillStyle = colors.text
  c.font = `600 13px ${colors.font}`
  c.fillText(panel.title, 2, y)
  let x = 2 + c.measureText(panel.title).width + 14
  c.font = `12px ${colors.font}`
  for (const s of panel.series) {
    if (!s.n) continue
    const value = s.mean[state.hover == null ? s.n - 1 : nearest(s, state.hover)]
    const text = `${s.label} ${short(value)}`
    c.fillStyle = colors[s.color]
    c.fillRect(x, y - 5, 12, 3)
    c.fillText(text, x + 17, y)
    x += 17 + c.measureText(text).width + 14
  }
}

function paintSteps(c, state, w, h) {
  const { colors } = state
  const step = niceStep(state.end, Math.max(2, (w - PAD.left) / 90))
  c.fillStyle = colors.faint
  for (let x = 0; x <= state.end * 1.0001; x += step) {
    const p = PAD.left + (x / state.end) * (w - PAD.left - PAD.right)
    c.textAlign = x === 0 ? "left" : p > w - 40 ? "right" : "center"
    c.fillText(x === 0 ? "step 0" : thousands(x), p > w - 40 ? w - PAD.right : p, h - 6)
  }
}
