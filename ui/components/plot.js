// What every plot is made of: lettering, axes, a path along values, stripes where they are infinite.

const INK = { p: "real", q: "fake", d: "d", em: "em", text: "text", faint: "faint" }
const inkOf = (colors, name) => (name.startsWith("#") ? name : colors[INK[name] || name])

// Writes text in which `_r` is a subscript and p, F, Q, D, f, x stand in italics; returns its width.
function math(c, text, x, y, { size = 13, font, color, align = "left", dry = false }) {
  const tokens = text.match(/[pFQDfx]_[rg]|D\*|_.|./gu) || []
  const runs = tokens.flatMap((t) =>
    /^[pFQDfx]_/.test(t) ? [[t[0], "i"], [t[2], "s"]] : t === "D*" ? [["D", "i"], ["*", ""]] : [[t, ""]]
  )
  const face = { i: `italic ${size}px ${font}`, s: `${size * 0.72}px ${font}`, "": `${size}px ${font}` }
  const width = runs.reduce((sum, [t, kind]) => ((c.font = face[kind]), sum + c.measureText(t).width), 0)
  if (dry) return width
  let at = align === "right" ? x - width : align === "center" ? x - width / 2 : x
  c.fillStyle = color
  c.textAlign = "left"
  for (const [t, kind] of runs) {
    c.font = face[kind]
    c.fillText(t, at, y + (kind === "s" ? size * 0.24 : 0))
    at += c.measureText(t).width
  }
  return width
}

// The same, smaller where the room is narrow.
function fitted(c, text, x, y, room, style) {
  const width = math(c, text, x, y, { ...style, dry: true })
  math(c, text, x, y, { ...style, size: style.size * Math.max(0.72, Math.min(1, room / width)) })
}

// `ticks` are heights; `across` pairs of place and label, where round numbers would not do.
function axes(c, colors, box, view, range, { labels, ticks, across, name = "x" }) {
  c.lineWidth = 1
  c.textBaseline = "middle"
  c.font = `12px ${colors.font}`
  const step = niceStep(range[1] - range[0], Math.max(2.2, box.h / 36))
  const marks = ticks || []
  for (let v = Math.ceil(range[0] / step) * step; !ticks && v <= range[1] + step * 1e-6; v += step)
    marks.push(v)
  for (const v of marks) {
    const y = Math.round(box.y + box.h - ((v - range[0]) / (range[1] - range[0])) * box.h) + 0.5
    c.strokeStyle = colors.line
    c.beginPath()
    c.moveTo(box.x, y)
    c.lineTo(box.x + box.w, y)
    c.stroke()
    c.fillStyle = colors.faint
    c.textAlign = "right"
    c.fillText(short(Math.abs(v) < step * 1e-6 ? 0 : v), box.x - 8, y)
  }
  c.textAlign = "center"
  for (const [v, label] of across || roundPlaces(view, box.w)) {
    const x = Math.round(box.x + ((v - view[0]) / (view[1] - view[0])) * box.w) + 0.5
    if (x < box.x - 1 || x > box.x + box.w + 1) continue
    c.strokeStyle = colors.line
    c.beginPath()
    c.moveTo(x, box.y)
    c.lineTo(x, box.y + box.h)
    c.stroke()
    c.fillStyle = colors.faint
    const over = x + c.measureText(label).width / 2 > box.x + box.w + 8 - c.measureText(name).width
    if (labels && !(name && over)) c.fillText(label, x, box.y + box.h + 15)
  }
  if (labels && name) {
    c.font = `italic 13px ${colors.font}`
    c.textAlign = "right"
    c.fillText(name, box.x + box.w + 12, box.y + box.h + 15)
  }
}

function roundPlaces([low, high], width) {
  const step = niceStep(high - low, width / 50)
  const places = []
  for (let v = Math.ceil(low / step) * step; v <= high; v += step)
    places.push([v, short(Math.abs(v) < step * 1e-6 ? 0 : v)])
  return places
}

// A path along finite values; NaN breaks it, and what leaves the box is cut by the clip.
function trace(c, xs, ys, X, Y, box) {
  let open = false
  for (let i = 0; i < xs.length; i++) {
    const v = ys[i]
    if (Number.isNaN(v)) {
      open = false
      continue
    }
    const y = Math.max(box.y - 20, Math.min(box.y + box.h + 20, Y(v)))
    if (open) c.lineTo(X(xs[i]), y)
    else c.moveTo(X(xs[i]), y)
    open = true
  }
}

function clipTo(c, box, room = 0) {
  c.save()
  c.beginPath()
  c.rect(box.x, box.y - room, box.w, box.h + 2 * room)
  c.clip()
}

function alpha(hex, value) {
  return hex + Math.round(value * 255).toString(16).padStart(2, "0")
}

function stripes(c, s, from, to, box) {
  c.save()
  c.beginPath()
  c.rect(from, box.y, Math.max(2, to - from), box.h)
  c.clip()
  c.strokeStyle = alpha(s.colors.fault, 0.55)
  c.lineWidth = 1.5
  c.beginPath()
  for (let x = from - box.h; x < to + box.h; x += 9) {
    c.moveTo(x, box.y + box.h)
    c.lineTo(x + box.h, box.y)
  }
  c.stroke()
  c.restore()
  if (to - from < 30) return
  c.font = `600 22px ${s.colors.font}`
  c.textAlign = "center"
  c.lineWidth = 6
  c.strokeStyle = s.colors.background
  c.strokeText("∞", (from + to) / 2, box.y + box.h / 2)
  c.fillStyle = s.colors.fault
  c.fillText("∞", (from + to) / 2, box.y + box.h / 2)
}
