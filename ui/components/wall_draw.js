// One small arena: real points faint, generated ones, D's field; and a film read at any moment.

// Frame i of a run's part of the blob: u16 points, u8 field, its two ends as f4.
function readFrame(bytes, run, i) {
  const { points, field } = run
  const size = points * 4 + field * field + 8
  const whole = size + ((4 - (size % 4)) % 4)
  const start = run.at + i * whole
  const own = bytes.slice(start, start + whole)
  return {
    step: run.frames[i][0],
    seconds: run.frames[i][1],
    points: Float32Array.from(new Uint16Array(own.buffer, 0, points * 2), (v) => v / 65535),
    field: Float32Array.from(own.subarray(points * 4, points * 4 + field * field), (v) => v / 255),
  }
}

function between(from, to, u) {
  const mix = (a, b) => a.map((v, i) => v + (b[i] - v) * u)
  const at = (name) => from[name] + (to[name] - from[name]) * u
  return {
    step: at("step"), seconds: at("seconds"),
    points: mix(from.points, to.points), field: mix(from.field, to.field),
  }
}

// What a film shows at `moment` of an axis ("step" or "seconds"), between two frames by their mean.
function frameAt(film, axis, moment) {
  if (!film.length) return null
  let [low, high] = [0, film.length - 1]
  if (moment <= film[0][axis]) return film[0]
  if (moment >= film[high][axis]) return film[high]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (film[middle][axis] <= moment) low = middle
    else high = middle
  }
  const span = film[high][axis] - film[low][axis]
  return between(film[low], film[high], span > 0 ? (moment - film[low][axis]) / span : 1)
}

function drawPanel(panel, colors, on) {
  const [c, w, h] = sharpen(panel.canvas)
  if (!w) return
  const { shown, run } = panel
  if (!shown) {
    c.fillStyle = colors.faint
    c.font = `13px ${colors.font}`
    c.textAlign = "center"
    c.fillText("No frame yet", w / 2, h / 2)
    return
  }
  if (on.field) drawField(c, panel, colors, w, h)
  const size = Math.min(1.4, Math.max(0.75, w / 300))
  if (on.real) drawDots(c, panel.real, w, h, colors.real, 2.3 * size, 0.38)
  if (on.fake) drawDots(c, shown.points, w, h, colors.fake, 1.7 * size, 0.9)
}

function drawField(c, panel, colors, w, h) {
  const side = panel.run.field
  const { patch, shown } = panel
  if (patch.width !== side) patch.width = patch.height = side
  const context = patch.getContext("2d")
  const image = context.createImageData(side, side)
  const [r, g, b] = colors.dRGB
  const most = colors.dark ? 115 : 85
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = ((side - 1 - row) * side + column) * 4 // row 0 of the field is the bottom
      image.data.set([r, g, b, shown.field[row * side + column] * most], at)
    }
  }
  context.putImageData(image, 0, 0)
  const [x, y] = [(0.5 * w) / (side - 1), (0.5 * h) / (side - 1)] // values stand at cell centres
  c.imageSmoothingEnabled = true
  c.imageSmoothingQuality = "high"
  c.drawImage(patch, -x, -y, w + 2 * x, h + 2 * y)
}

function drawDots(c, points, w, h, color, radius, alpha) {
  c.fillStyle = color
  c.globalAlpha = alpha
  c.beginPath()
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i] * w, (1 - points[i + 1]) * h]
    c.moveTo(x + radius, y)
    c.arc(x, y, radius, 0, 7)
  }
  c.fill()
  c.globalAlpha = 1
}
