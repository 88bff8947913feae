// The lower figure as a way to carry p_g onto p_r: arrows, the joint matrix, the quantile coupling.

const PLANS = {
  // Equal shares of mass go from p_g's line below to p_r's line above; none of them cross.
  transport(c, s, box, X) {
    const { colors } = s
    const [from, to] = s.series
    axes(c, colors, box, s.view, [0, 1], { labels: true, ticks: [] })
    heading(c, s, box)
    const [above, below] = [box.y + 14, box.y + box.h - 14]
    for (const [name, ink, y] of [["p_r", colors.real, above], ["p_g", colors.fake, below]]) {
      math(c, name, box.x - 10, y, { font: colors.font, color: ink, size: 14, align: "right" })
      c.strokeStyle = alpha(ink, 0.5)
      c.lineWidth = 1.5
      c.beginPath()
      c.moveTo(box.x, y)
      c.lineTo(box.x + box.w, y)
      c.stroke()
    }
    clipTo(c, box, 4)
    const n = s.header.lower.arrows
    for (let i = 0; i < n; i++) {
      const [a, b] = [X(from[i]), X(to[i])]
      const [y1, y2] = [below - 6, above + 6]
      const length = Math.hypot(b - a, y2 - y1) || 1
      const [dx, dy] = [(b - a) / length, (y2 - y1) / length]
      c.strokeStyle = c.fillStyle = alpha(colors.em, 0.85)
      c.lineWidth = 1.4
      c.beginPath()
      c.moveTo(a, y1)
      c.lineTo(b - 5 * dx, y2 - 5 * dy)
      c.stroke()
      c.beginPath()
      c.moveTo(b, y2)
      c.lineTo(b - 7 * dx + 3.5 * dy, y2 - 7 * dy - 3.5 * dx)
      c.lineTo(b - 7 * dx - 3.5 * dy, y2 - 7 * dy + 3.5 * dx)
      c.fill()
      for (const [x, y, ink] of [[a, below, colors.fake], [b, above, colors.real]]) {
        c.fillStyle = ink
        c.beginPath()
        c.arc(x, y, 3, 0, 7)
        c.fill()
      }
    }
    c.restore()
  },

  // Mass of the joint distribution in cells: across where it is taken from p_g, up where p_r gets it.
  plan(c, s, box, X) {
    const { colors, header } = s
    const { side, low, high } = header.lower
    const mass = s.series.flatMap((row) => Array.from(row)) // in rows as long as the curves
    const Y = (v) => box.y + box.h - ((v - s.view[0]) / (s.view[1] - s.view[0])) * box.h
    axes(c, colors, box, s.view, s.view, { labels: true })
    heading(c, s, box)
    clipTo(c, box)
    const most = mass.reduce((a, b) => Math.max(a, b), 0) || 1
    const cell = (high - low) / side
    for (let i = 0; i < side; i++)
      for (let j = 0; j < side; j++) {
        const share = mass[i * side + j] / most
        if (share < 1e-4) continue
        const [x, y] = [low + i * cell, low + j * cell]
        c.fillStyle = alpha(colors.em, 0.12 + 0.88 * Math.sqrt(share))
        c.fillRect(X(x), Y(y + cell), X(x + cell) - X(x) + 0.4, Y(y) - Y(y + cell) + 0.4)
      }
    c.strokeStyle = colors.faint
    c.setLineDash([4, 4])
    c.lineWidth = 1.25
    c.beginPath()
    c.moveTo(X(s.view[0]), Y(s.view[0]))
    c.lineTo(X(s.view[1]), Y(s.view[1]))
    c.stroke()
    c.setLineDash([])
    c.restore()
    const note = { font: colors.font, color: colors.faint, size: 12 }
    math(c, "↑ to p_r", box.x + 8, box.y + 12, note)
    math(c, "from p_g →", box.x + box.w - 8, box.y + box.h - 12, { ...note, align: "right" })
    math(c, "dashed: it stays", box.x + box.w - 8, box.y + box.h - 30, { ...note, align: "right" })
  },

  // Both quantile functions over the share of mass u: the same area as between the CDFs.
  quantiles(c, s, box) {
    const { colors, header } = s
    const [u, p, q] = s.series
    const X = (v) => box.x + v * box.w
    const [low, high] = s.view
    const Y = (v) => box.y + box.h - ((v - low) / (high - low)) * box.h
    axes(c, colors, box, [0, 1], s.view, { labels: true, name: "u" })
    heading(c, s, box)
    clipTo(c, box, 2)
    between(c, u, [p, q], X, Y, colors.em)
    c.strokeStyle = alpha(colors.em, 0.8)
    c.lineWidth = 1.2
    for (let k = 1; k < 20; k++) {
      const i = Math.round((k / 20) * (u.length - 1))
      c.beginPath()
      c.moveTo(X(u[i]), Y(q[i]))
      c.lineTo(X(u[i]), Y(p[i]))
      c.stroke()
    }
    for (const [y, ink] of [[p, colors.real], [q, colors.fake]]) {
      c.beginPath()
      trace(c, u, y, X, Y, box)
      c.strokeStyle = ink
      c.lineWidth = 2.25
      c.stroke()
    }
    c.restore()
  },
}
