// What each scene of the home page draws: c is a 2-D canvas context in CSS pixels, s the scene with
// its arrays, its size (w, h), its colours and whether it must stand still; t is in seconds.
// Joined to home.js by home.py.

const HOLD = 2.2 // seconds a finished picture stays before the film starts again

function label(c, s, text, x, y, { align = "left", color, size = 12, weight = 500 } = {}) {
  c.font = `${weight} ${size}px ${s.colors.font}`
  c.textAlign = align
  c.fillStyle = color ?? s.colors.text
  c.fillText(text, x, y)
}

// A film plays for `length` seconds and holds its last picture.
const phase = (t, length) => Math.min((t % (length + HOLD)) / length, 1)

// A bell curve on the base line: `place` maps the axis to pixels, `top` is where its peak lies.
function bell(c, s, place, centre, base, top, color) {
  c.beginPath()
  for (let x = 0; x <= s.w; x += 2) {
    const u = (place(x) - centre) / s.sigma
    c.lineTo(x, base - (base - top) * Math.exp(-u * u / 2))
  }
  c.strokeStyle = color
  c.lineWidth = 2
  c.stroke()
  c.lineTo(s.w, base)
  c.lineTo(0, base)
  c.globalAlpha = s.colors.dark ? 0.28 : 0.16
  c.fillStyle = color
  c.fill()
  c.globalAlpha = 1
}

function bar(c, s, y, name, value, share, color, left = 44) {
  label(c, s, name, 14, y, { color, weight: 700 })
  label(c, s, value, s.w - 14, y, { align: "right" })
  const room = s.w - left - 62
  c.fillStyle = s.colors.soft
  c.fillRect(left, y - 8, room, 7)
  c.fillStyle = color
  c.fillRect(left, y - 8, room * share, 7)
}

// Back and forth between 0 and 1; a still picture stops where there is most to see.
const swing = (s, t, still) => s.still ? still : 0.5 - 0.5 * Math.cos(t / 1.6)

function densities(c, s, t) {
  const { table } = s.arrays
  const rows = table.length / 4
  const row = Math.round(swing(s, t, 0.72) * (rows - 1))
  const [distance, ...values] = table.subarray(4 * row, 4 * row + 4)
  const full = table.subarray(4 * (rows - 1) + 1)
  const base = s.h - 76
  const scale = s.w / (table[4 * (rows - 1)] + 7.2 * s.sigma)
  const place = (x) => (x - s.w / 2) / scale
  bell(c, s, place, -distance / 2, base, 14, s.colors.real)
  bell(c, s, place, distance / 2, base, 14, s.colors.fake)
  c.fillStyle = s.colors.soft
  c.fillRect(0, base, s.w, 1)
  const colors = [s.colors.fake, s.colors.d, s.colors.em]
  const names = ["KL", "JS", "EM"]
  names.forEach((name, i) => {
    bar(c, s, base + 23 + i * 21, name, values[i].toFixed(2), values[i] / full[i], colors[i])
  })
}

function equilibrium(c, s, t) {
  const { best, value } = s.arrays
  const cells = best.length / value.length
  const row = Math.round((1 - swing(s, t, 0.55)) * (value.length - 1))
  const base = s.h - 36
  const place = (x) => s.low + x / s.w * (s.high - s.low)
  const gap = s.reach * row / (value.length - 1)
  bell(c, s, place, 0, base, 50, s.colors.real)
  bell(c, s, place, gap, base, 50, s.colors.fake)
  const height = (d) => base - d * (base - 16)
  c.setLineDash([3, 5])
  c.strokeStyle = s.colors.soft
  c.lineWidth = 1.5
  c.strokeRect(-2, height(0.5), s.w + 4, 0)
  c.setLineDash([])
  label(c, s, "½", s.w - 14, height(0.5) - 6, { align: "right" })
  c.beginPath()
  for (let i = 0; i < cells; i++) {
    c.lineTo(i / (cells - 1) * s.w, height(best[row * cells + i]))
  }
  c.strokeStyle = s.colors.d
  c.lineWidth = 2.5
  c.stroke()
  label(c, s, "best D", 14, height(best[row * cells]) - 6 + (best[row * cells] > 0.85 ? 24 : 0),
        { color: s.colors.d, weight: 700 })
  c.fillStyle = s.colors.soft
  c.fillRect(0, base, s.w, 1)
  bar(c, s, base + 23, "V(D, G)", value[row].toFixed(2).replace("-", "−"), value[row] / value[0], s.colors.d, 66)
}

function training(c, s, t) {
  const { points, real, field, steps } = s.arrays
  const frames = steps.length
  const i = Math.min(frames - 1, Math.floor((s.still ? 1 : phase(t, 7)) * frames))
  const { w, h } = s
  const side = Math.min(h - 12, w)
  const [left, top] = [(w - side) / 2, (h - side) / 2]
  const n = s.field
  s.tint ??= new OffscreenCanvas(n, n)
  const picture = new ImageData(n, n)
  const violet = s.colors.dark ? [167, 139, 250] : [124, 58, 237]
  for (let row = 0; row < n; row++) {
    for (let col = 0; col < n; col++) {
      const alpha = field[i * n * n + (n - 1 - row) * n + col] * (s.colors.dark ? 0.38 : 0.3)
      picture.data.set([...violet, alpha], 4 * (row * n + col))
    }
  }
  s.tint.getContext("2d").putImageData(picture, 0, 0)
  c.imageSmoothingEnabled = true
  c.drawImage(s.tint, left, top, side, side)
  const dots = (values, from, count, color, size) => {
    c.fillStyle = color
    for (let k = from; k < from + 2 * count; k += 2) {
      const x = left + values[k] / 65535 * side
      const y = top + (1 - values[k + 1] / 65535) * side
      c.fillRect(x - size / 2, y - size / 2, size, size)
    }
  }
  dots(real, 0, real.length / 2, s.colors.real, 2.4)
  dots(points, 2 * i * s.points, s.points, s.colors.fake, 2.4)
  const [x, y] = [14, h - 14]
  label(c, s, `step ${steps[i].toLocaleString("en")}`, x, y, { weight: 600 })
  label(c, s, "real", w - 14, h - 32, { align: "right", color: s.colors.real, weight: 700 })
  label(c, s, "generated", w - 14, y, { align: "right", color: s.colors.fake, weight: 700 })
}

// A stack of equally large pictures under one another, cross-faded: training, or a walk in latents.
function film(c, s, t) {
  if (!s.sheet) return
  const { w, h } = s
  const frames = s.frames
  const walk = s.still ? (s.loop ? 0 : frames - 1)
    : s.loop ? (t * s.speed) % frames : phase(t, frames / s.speed) * (frames - 1)
  const i = Math.floor(walk)
  const next = s.loop ? (i + 1) % frames : Math.min(i + 1, frames - 1)
  const [iw, ih] = [s.sheet.width, s.sheet.height / frames]
  const scale = Math.max(w / iw, h / ih)
  const place = [(w - iw * scale) / 2, (h - ih * scale) / 2, iw * scale, ih * scale]
  c.imageSmoothingEnabled = false
  c.drawImage(s.sheet, 0, i * ih, iw, ih, ...place)
  c.globalAlpha = walk - i
  c.drawImage(s.sheet, 0, next * ih, iw, ih, ...place)
  c.globalAlpha = 1
  if (s.arrays.steps) chip(c, s, `step ${s.arrays.steps[i].toLocaleString("en")}`)
}

function chip(c, s, text) {
  c.font = `600 12px ${s.colors.font}`
  const room = c.measureText(text).width + 18
  c.fillStyle = "rgba(15,23,42,.78)"
  c.beginPath()
  c.roundRect(10, s.h - 34, room, 24, 12)
  c.fill()
  label(c, s, text, 19, s.h - 18, { color: "#fff", weight: 600 })
}

function race(c, s, t) {
  const { w, h } = s
  const [left, right, top, base] = [14, w - 14, 32, h - 26]
  const progress = s.still ? 1 : phase(t, 6)
  label(c, s, s.measure, left, 18, { size: 11.5 })
  c.fillStyle = s.colors.soft
  c.fillRect(left, base, right - left, 1)
  label(c, s, s.end, right, h - 9, { align: "right", size: 11.5 })
  const colors = [s.colors.real, s.colors.em, s.colors.fake]
  s.names.forEach((name, k) => {
    const curve = s.arrays[`curve${k}`]
    const trace = (points) => {
      let x, y
      c.beginPath()
      for (let i = 0; i < points; i++) {
        x = left + curve[2 * i] * (right - left)
        y = base - curve[2 * i + 1] * (base - top)
        c.lineTo(x, y)
      }
      c.stroke()
      return [x, y]
    }
    c.strokeStyle = colors[k]
    c.lineWidth = 2
    c.lineJoin = "round"
    c.globalAlpha = 0.22
    trace(curve.length / 2) // the whole race, faint, so that the picture is never empty
    c.globalAlpha = 1
    let count = 2 // points reached by now: the fastest run ends first
    while (count < curve.length / 2 && curve[2 * count] <= progress) count++
    const [x, y] = trace(count)
    c.fillStyle = colors[k]
    c.beginPath()
    c.arc(x, y, 3.5, 0, 7)
    c.fill()
    // Curves rise to the top right, which leaves the bottom right for their names.
    label(c, s, name, right, base - 12 - 17 * k, { align: "right", color: colors[k], weight: 700 })
  })
}

const DRAW = { densities, equilibrium, training, film, race, compare, fix } // the last two: home_pairs.js

