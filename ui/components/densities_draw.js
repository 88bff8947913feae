// The two stacked figures: where they are, and the densities with their handles.

const PAD = { left: 50, right: 16, top: 34, gap: 62, bottom: 34 }
const SHARE = 0.58 // of the height that the densities get
function boxes(w, h, share = SHARE) {
  const free = h - PAD.top - PAD.gap - PAD.bottom
  const upper = Math.round(free * share)
  const width = w - PAD.left - PAD.right
  return [
    { x: PAD.left, y: PAD.top, w: width, h: upper },
    { x: PAD.left, y: PAD.top + upper + PAD.gap, w: width, h: free - upper },
  ]
}

function upper(c, s, box, X) {
  const { colors, header, curves } = s
  if (s.held?.kind === "bar") header.top = s.ceiling
  const top = header.top * 1.12
  const Y = (v) => box.y + box.h - (v / top) * box.h
  s.Y = Y
  const dense = s.dense = [curves.p, curves.q].some((y) => y.some((v) => v > 0))
  axes(c, colors, box, s.view, [0, top], { labels: false, ticks: dense ? null : [0, 0.5, 1] })
  let at = box.x
  for (const [name, word, ink] of [["p_r", "real data", colors.real], ["p_g", "generated", colors.fake]]) {
    c.fillStyle = ink
    c.fillRect(at, PAD.top - 20, 14, 4)
    at += 20 + math(c, name, at + 20, PAD.top - 18, { font: colors.font, color: colors.text }) + 6
    c.font = `13px ${colors.font}`
    c.fillStyle = colors.faint
    c.fillText(word, at, PAD.top - 18)
    at += c.measureText(word).width + 20
  }
  clipTo(c, box)
  for (const [y, ink] of [[curves.p, colors.real], [curves.q, colors.fake]]) {
    c.beginPath()
    c.moveTo(X(curves.x[0]), Y(0))
    for (let i = 0; i < y.length; i++) c.lineTo(X(curves.x[i]), Math.max(box.y - 20, Y(y[i])))
    c.lineTo(X(curves.x.at(-1)), Y(0))
    c.fillStyle = alpha(ink, 0.14)
    c.fill()
    c.beginPath()
    trace(c, curves.x, y, X, Y, box)
    c.strokeStyle = ink
    c.lineWidth = 2.25
    c.lineJoin = "round"
    c.stroke()
  }
  c.restore()
  for (const side of header.sides) for (const stem of side.stems) arrow(c, s, side, stem, box, X)
  for (const [y, ink, left] of [[curves.p, colors.real, true], [curves.q, colors.fake, false]]) {
    const peak = y.reduce((best, v, i) => (v > y[best] ? i : best), 0)
    if (!(y[peak] > top)) continue
    c.font = `12px ${colors.font}`
    c.fillStyle = ink
    c.textAlign = left ? "right" : "left"
    c.fillText(`↑ to ${short(y[peak], 2)}`, X(curves.x[peak]) + (left ? -9 : 9), box.y + 10)
  }
}

// A point mass reaches as high as its probability: on the axis, if there is nothing else on it.
function tipOf(s, box, mass) {
  return s.dense ? box.y + box.h * (1 - 0.82 * mass) : s.Y(mass) + 4
}

function arrow(c, s, side, [x, mass], box, X) {
  const ink = s.colors[INK[side.key]]
  const [px, tip] = [X(x), tipOf(s, box, mass)]
  if (px < box.x - 1 || px > box.x + box.w + 1) return
  c.strokeStyle = c.fillStyle = ink
  c.lineWidth = 2.5
  c.beginPath()
  c.moveTo(px, box.y + box.h)
  c.lineTo(px, tip + 6)
  c.stroke()
  c.beginPath()
  c.moveTo(px, tip - 4)
  c.lineTo(px - 6, tip + 8)
  c.lineTo(px + 6, tip + 8)
  c.fill()
  c.font = `12px ${s.colors.font}`
  c.textAlign = "left"
  c.fillText(short(mass), px + 10, tip + 3)
}

function grips(c, s) {
  for (const grip of s.grips) {
    c.beginPath()
    const r = grip === s.held || grip.near ? 7.5 : 6
    if (grip.kind === "bar") c.rect(grip.x - r * 0.85, grip.y - r * 0.85, r * 1.7, r * 1.7)
    else if (grip.kind === "width") c.roundRect(grip.x - r * 0.7, grip.y - r, r * 1.4, 2 * r, 3)
    else c.arc(grip.x, grip.y, r, 0, 7)
    c.fillStyle = s.colors.background
    c.fill()
    c.strokeStyle = s.colors[INK[grip.side]]
    c.lineWidth = 2.25
    c.stroke()
  }
}
