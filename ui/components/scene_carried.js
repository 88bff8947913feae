// How G(x, z) carries its source: arrows from samples x to where they end.

const CARRIED = 240 // arrows drawn, of all points: more would hide what they lead to

function paintCarried(c, state, m, grow) {
  const { source, shown, colors } = state
  const path = new Path2D()
  const heads = new Path2D()
  for (let i = 0; i < Math.min(2 * CARRIED, source.length); i += 2) {
    const [x, y] = [m.px(source[i]), m.py(source[i + 1])]
    const [tx, ty] = [m.px(shown.points[i]), m.py(shown.points[i + 1])]
    const length = Math.hypot(tx - x, ty - y)
    if (length < 2) continue
    const [dx, dy] = [(tx - x) / length, (ty - y) / length]
    const head = Math.min(6 * grow, 0.5 * length)
    path.moveTo(x, y)
    path.lineTo(tx, ty)
    heads.moveTo(tx, ty)
    heads.lineTo(tx - head * (dx + 0.45 * dy), ty - head * (dy - 0.45 * dx))
    heads.lineTo(tx - head * (dx - 0.45 * dy), ty - head * (dy + 0.45 * dx))
    heads.closePath()
  }
  c.save()
  c.lineCap = "round"
  c.strokeStyle = c.fillStyle = colors.em
  c.lineWidth = 1
  c.globalAlpha = 0.5
  c.stroke(path)
  c.globalAlpha = 0.85
  c.fill(heads)
  c.restore()
}
