// The panels of a film: where they are, their titles, guides and what the pointer reads off.

const EDGE = { left: 42, right: 14, top: 46, bottom: 24, row: 24, gap: 14 }

// Cells of a grid as wide as the canvas; `count` panels, rows of each panel by their share.
function cells(width, header) {
  const fewest = header.narrowest <= 250 ? 2 : 1
  const columns = Math.max(fewest, Math.min(header.most, Math.floor(width / header.narrowest)))
  const across = Math.min(columns, header.panels.length)
  const w = (width - EDGE.gap * (across - 1)) / across
  return header.panels.map((panel, i) => {
    const [x, y] = [(i % across) * (w + EDGE.gap), Math.floor(i / across) * (header.height + EDGE.gap)]
    const free = header.height - EDGE.top - EDGE.bottom - EDGE.row * (panel.rows.length - 1)
    const whole = panel.rows.reduce((sum, row) => sum + (row.share || 1), 0)
    let top = y + EDGE.top
    const boxes = panel.rows.map((row) => {
      const h = (free * (row.share || 1)) / whole
      const wide = w - EDGE.left - EDGE.right
      const side = panel.square ? Math.min(wide, h) : null // one unit is as long both ways
      const box = { x: x + EDGE.left, y: top, w: side ?? wide, h: side ?? h }
      top += h + EDGE.row
      return box
    })
    return { x, y, w, boxes }
  })
}

function drawPanel(c, s, panel, cell) {
  const { colors } = s
  const view = s.viewOf(panel)
  c.textBaseline = "middle"
  c.font = `600 13px ${colors.font}`
  const lead = panel.color ? 18 : 0
  if (lead) {
    c.fillStyle = inkOf(colors, panel.color)
    c.fillRect(cell.x + 2, cell.y + 8, 12, 4)
  }
  const room = cell.w - lead - 4
  fitted(c, panel.title, cell.x + 2 + lead, cell.y + 10, room, { font: colors.font, color: colors.text, size: 13.5 })
  const badge = textAt(panel.badge, s.frame)
  if (badge) {
    const tone = { good: colors.em, bad: colors.fault }[textAt(panel.tone, s.frame)] || colors.faint
    const size = 12
    const width = math(c, badge, 0, 0, { font: colors.font, size, dry: true })
    const title = math(c, panel.title, 0, 0, { font: colors.font, size: 13.5, dry: true })
    const beside = title + width + lead + 24 < cell.w
    math(c, badge, beside ? cell.x + cell.w - EDGE.right - width : cell.x + 2, cell.y + (beside ? 10 : 26),
         { font: colors.font, color: tone, size })
  }
  panel.rows.forEach((row, i) => {
    const box = cell.boxes[i]
    const last = i === panel.rows.length - 1
    axes(c, colors, box, view, row.y, {
      labels: last || Boolean(row.across), ticks: row.ticks && [...row.ticks],
      across: row.across || panel.across, name: last ? panel.name ?? "" : "",
    })
    if (row.title) math(c, row.title, box.x, box.y - 9, { font: colors.font, color: colors.faint, size: 12 })
    const X = (v) => box.x + ((v - view[0]) / (view[1] - view[0])) * box.w
    const Y = (v) => box.y + box.h - ((v - row.y[0]) / (row.y[1] - row.y[0])) * box.h
    guides(c, s, row, box, X, Y)
    clipTo(c, box, 1)
    for (const line of row.series) DRAW[line.kind](c, s, line, X, Y, box)
    c.restore()
    if (s.pointer && last) hair(c, s, panel, cell, view)
  })
}

const textAt = (text, frame) => (Array.isArray(text) ? text[Math.min(frame, text.length - 1)] : text) || ""

function guides(c, s, row, box, X, Y) {
  for (const guide of row.guides || []) {
    const upright = guide.x !== undefined
    const at = upright ? X(guide.x) : Y(guide.y)
    const outside = upright ? at < box.x || at > box.x + box.w : at < box.y || at > box.y + box.h
    if (outside) continue
    c.strokeStyle = s.colors.faint
    c.lineWidth = 1.25
    c.setLineDash([4, 4])
    c.beginPath()
    c.moveTo(upright ? at : box.x, upright ? box.y : at)
    c.lineTo(upright ? at : box.x + box.w, upright ? box.y + box.h : at)
    c.stroke()
    c.setLineDash([])
    if (!guide.label) continue
    const style = { font: s.colors.font, color: s.colors.faint, size: 11.5, align: upright ? "left" : "right" }
    math(c, guide.label, upright ? at + 4 : box.x + box.w - 3, upright ? box.y + 8 : at - 8, style)
  }
}

// The place nearest to x that has a value, so that what is read off belongs together.
function nearestTo(s, panel, x) {
  const line = panel.rows[0].series.find((l) => l.says !== false && ["line", "area", "points"].includes(l.kind))
  if (!line) return x
  return s.get(line.x).reduce((best, v) => (Math.abs(v - x) < Math.abs(best - x) ? v : best), Infinity)
}

// The pointer's place in every panel of the same x, with the values there.
function hair(c, s, panel, cell, view) {
  const at = nearestTo(s, panel, s.pointer.x)
  if (at < view[0] || at > view[1] || s.pointer.name !== (panel.name ?? "")) return
  panel.rows.forEach((row, i) => {
    const box = cell.boxes[i]
    const px = box.x + ((at - view[0]) / (view[1] - view[0])) * box.w
    c.strokeStyle = s.colors.faint
    c.lineWidth = 1
    c.beginPath()
    c.moveTo(px, box.y)
    c.lineTo(px, box.y + box.h)
    c.stroke()
    const said = row.series.filter((l) => l.says !== false && ["line", "area", "points"].includes(l.kind))
    said.slice(0, 4).forEach((line, k) => {
      const [x, y] = [s.get(line.x), s.get(line.y)]
      let best = 0
      for (let j = 1; j < x.length; j++) if (Math.abs(x[j] - at) < Math.abs(x[best] - at)) best = j
      const value = y[best] === Infinity ? "∞" : short(y[best], 4)
      const text = line.label && said.length > 1 ? `${line.label} ${value}` : value
      c.font = `12px ${s.colors.font}`
      const w = c.measureText(text).width
      const left = px + 8 + w > box.x + box.w ? px - 8 - w : px + 8
      c.fillStyle = alpha(s.colors.background, 0.82)
      c.fillRect(left - 3, box.y + 2 + 16 * k, w + 6, 16)
      c.fillStyle = inkOf(s.colors, line.color)
      c.textAlign = "left"
      c.fillText(text, left, box.y + 10 + 16 * k)
    })
    if (i === panel.rows.length - 1) {
      const text = `${panel.name || "x"} = ${short(panel.log ? 10 ** at : at, 4)}`
      c.font = `12px ${s.colors.font}`
      const w = c.measureText(text).width
      const left = Math.min(Math.max(px - w / 2, box.x), box.x + box.w - w)
      c.fillStyle = s.colors.background
      c.fillRect(left - 4, box.y + box.h + 6, w + 8, 18)
      c.fillStyle = s.colors.text
      c.textAlign = "left"
      c.fillText(text, left, box.y + box.h + 15)
    }
  })
}
