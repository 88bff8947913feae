// Two more scenes of the home page, in which one thing is set beside another (see home_scenes.js).
// Joined to home.js by home.py.

// Runs from the same start in panels side by side, all at the same share of their training.
function compare(c, s, t) {
  const { points, real } = s.arrays
  const { w, h } = s
  const panels = s.names.length
  const frames = points.length / (2 * s.points * panels)
  const i = Math.min(frames - 1, Math.floor((s.still ? 1 : phase(t, 6)) * frames))
  const side = Math.min((w - 12 * (panels + 1)) / panels, h - 46)
  const top = (h - 26 - side) / 2
  s.names.forEach((name, k) => {
    const left = (w - panels * side - (panels - 1) * 12) / 2 + k * (side + 12)
    c.strokeStyle = s.colors.soft
    c.lineWidth = 1
    c.strokeRect(left, top, side, side)
    const dots = (values, from, color) => {
      c.fillStyle = color
      for (let n = from; n < from + 2 * s.points; n += 2) {
        const x = left + values[n] / 65535 * side
        const y = top + (1 - values[n + 1] / 65535) * side
        c.fillRect(x - 1, y - 1, 2, 2)
      }
    }
    dots(real, 0, s.colors.real)
    dots(points, 2 * s.points * (k * frames + i), s.colors.fake)
    label(c, s, name, left + side / 2, top + side + 18, { align: "center", weight: 700 })
  })
}

// Where one number goes under the wrong line and under the right one.
function fix(c, s, t) {
  const { w, h } = s
  const [left, right, top, base] = [14, w - 14, 20, h - 34]
  const progress = s.still ? 1 : phase(t, 5)
  const place = (v) => base - (v - s.low) / (s.high - s.low) * (base - top)
  c.setLineDash([3, 5])
  c.strokeStyle = s.colors.real
  c.lineWidth = 1.5
  c.strokeRect(left, place(0), right - left, 0)
  c.setLineDash([])
  label(c, s, s.goal, left, place(0) + 17, { color: s.colors.real, weight: 700 })
  ;[["wrong", s.colors.fake], ["right", s.colors.em]].forEach(([name, color]) => {
    const curve = s.arrays[name]
    const trace = (count) => {
      let x, y
      c.beginPath()
      for (let i = 0; i < count; i++) {
        x = left + i / (curve.length - 1) * (right - left)
        y = place(curve[i])
        c.lineTo(x, y)
      }
      c.stroke()
      return [x, y]
    }
    c.strokeStyle = color
    c.lineWidth = 2
    c.globalAlpha = 0.22
    trace(curve.length)
    c.globalAlpha = 1
    const [x, y] = trace(Math.max(2, Math.round(progress * curve.length)))
    c.fillStyle = color
    c.beginPath()
    c.arc(x, y, 3.5, 0, 7)
    c.fill()
  })
  label(c, s, s.wrong, right, top + 4, { align: "right", color: s.colors.fake, weight: 700 })
  label(c, s, s.right, right, h - 12, { align: "right", color: s.colors.em, weight: 700 })
}
