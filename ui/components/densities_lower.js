// The lower figure: CDFs and the area between them, an integrand, or a discriminator.

const CEILINGS = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]
function ceiling(v) {
  if (!(v > 0)) return 0
  const power = 10 ** Math.floor(Math.log10(v))
  return CEILINGS.find((m) => m * power >= v * 0.999) * power
}

function rangeOfIntegrand(y) {
  const finite = Array.from(y).filter(Number.isFinite).sort((a, b) => a - b)
  if (!finite.length) return [0, 1]
  const at = (q) => finite[Math.round(q * (finite.length - 1))]
  const [low, high] = [Math.min(0, at(0.004)), Math.max(0, at(0.996))]
  return [-ceiling(-low * 1.05), ceiling(high * 1.08) || (low < 0 ? 0 : 1)]
}

function lower(c, s, box, X) {
  const { colors, header, curves } = s
  const figure = header.lower
  if (PLANS[figure.mode]) return PLANS[figure.mode](c, s, box, X)
  const x = curves.x
  const range = figure.mode === "integrand" ? rangeOfIntegrand(s.series[0]) : [figure.low, figure.high]
  const Y = (v) => box.y + box.h - ((v - range[0]) / (range[1] - range[0])) * box.h
  const bare = figure.stems?.length && !s.series[0].some((v) => v) // masses alone carry their own figures
  axes(c, colors, box, s.view, range, { labels: true, ticks: bare ? [0] : figure.ticks })
  heading(c, s, box)
  clipTo(c, box, 2)
  if (figure.mode === "between") between(c, x, s.series, X, Y, colors.em)
  if (figure.mode === "integrand") integrand(c, s, x, s.series[0], X, Y, box)
  for (const [place, height, label] of figure.stems || []) share(c, s, X(place), height, label, box, Y)
  figure.series.forEach((line, i) => {
    c.beginPath()
    trace(c, x, s.series[i], X, Y, box)
    c.strokeStyle = inkOf(colors, line.color)
    c.lineWidth = 2.25
    c.setLineDash(line.dash || [])
    c.stroke()
    c.setLineDash([])
  })
  for (const [place, value] of figure.dots || []) {
    c.beginPath()
    c.arc(X(place), Y(value), 6, 0, 7)
    c.fillStyle = colors.d
    c.fill()
  }
  c.restore()
  for (const guide of figure.guides || []) {
    c.strokeStyle = colors.faint
    c.lineWidth = 1.25
    c.setLineDash([4, 4])
    c.beginPath()
    c.moveTo(box.x, Y(guide.y))
    c.lineTo(box.x + box.w, Y(guide.y))
    c.stroke()
    c.setLineDash([])
    const style = { font: colors.font, color: colors.faint, size: 12, align: "right" }
    math(c, guide.label, box.x + box.w - 4, Y(guide.y) - 9, style)
  }
}

// The title, and the names of the curves where there is more than one thing to tell apart.
function heading(c, s, box) {
  const { colors, header } = s
  const { title, series } = header.lower
  fitted(c, title, box.x, box.y - 20, box.w + PAD.right, { font: colors.font, color: colors.text, size: 13.5 })
  const named = (series || []).filter((line) => line.label)
  let right = box.x + box.w
  for (const line of named.reverse()) {
    const style = { font: colors.font, color: colors.faint, size: 12.5 }
    right -= math(c, line.label, 0, 0, { ...style, dry: true })
    const beside = named.length < 3 && box.w > 560
    if (!beside) break
    math(c, line.label, right, box.y - 20, style)
    c.strokeStyle = inkOf(colors, line.color)
    c.lineWidth = 2.5
    c.setLineDash(line.dash || [])
    c.beginPath()
    c.moveTo(right - 24, box.y - 20)
    c.lineTo(right - 6, box.y - 20)
    c.stroke()
    c.setLineDash([])
    right -= 42
  }
}

function between(c, x, [a, b], X, Y, ink) {
  c.beginPath()
  x.forEach((v, i) => (i ? c.lineTo(X(v), Y(a[i])) : c.moveTo(X(v), Y(a[i]))))
  for (let i = x.length - 1; i >= 0; i--) c.lineTo(X(x[i]), Y(b[i]))
  c.fillStyle = alpha(ink, 0.26)
  c.fill()
}

// Area above and below zero, and stripes where the integrand is infinite.
function integrand(c, s, x, y, X, Y, box) {
  const ink = inkOf(s.colors, s.header.lower.series[0].color)
  c.beginPath()
  c.moveTo(X(x[0]), Y(0))
  x.forEach((v, i) => c.lineTo(X(v), Math.max(box.y - 20, Math.min(box.y + box.h + 20, Y(y[i])))))
  c.lineTo(X(x.at(-1)), Y(0))
  c.fillStyle = alpha(ink, 0.2)
  c.fill()
  c.strokeStyle = s.colors.faint
  c.lineWidth = 1
  c.beginPath()
  c.moveTo(box.x, Y(0))
  c.lineTo(box.x + box.w, Y(0))
  c.stroke()
  for (let i = 0; i < x.length; i++) {
    if (Math.abs(y[i]) !== Infinity) continue
    let j = i
    while (j + 1 < x.length && Math.abs(y[j + 1]) === Infinity) j++
    stripes(c, s, X(x[i]), X(x[j]), box)
    i = j
  }
}

// What a point mass adds, to scale among the others; an infinite one in the colour of faults.
function share(c, s, x, height, label, box, Y) {
  const tip = Y(0) - (Y(0) - box.y) * 0.78 * height
  c.strokeStyle = c.fillStyle = label.includes("∞") ? s.colors.fault : s.colors.text
  c.lineWidth = 2.5
  c.beginPath()
  c.moveTo(x, Y(0))
  c.lineTo(x, tip)
  c.stroke()
  c.beginPath()
  c.arc(x, tip, 4, 0, 7)
  c.fill()
  c.font = `${label.includes("∞") ? "600 18px" : "13px"} ${s.colors.font}`
  c.textAlign = "left"
  c.fillText(label, x + 10, tip + 1)
}
