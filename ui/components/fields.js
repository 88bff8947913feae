// What D says, what D* says, and the difference, over the plane and at single points.

const panes = new WeakMap()
const TITLES = ["Learned D", "Its optimum D*", "D less D*"]
const HEAD = 24
const GAP = 14

function layout(width) {
  const columns = width < 400 ? 1 : width < 560 ? 2 : 3
  const side = (width - GAP * (columns - 1)) / columns
  const cells = TITLES.map((_, i) => ({
    x: (i % columns) * (side + GAP), y: Math.floor(i / columns) * (side + HEAD + GAP) + HEAD,
  }))
  return { side, cells, height: cells.at(-1).y + side }
}

const partsOf = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16))

// Ink and its strength, 0 to 1, of pane i where D says d and D* says best.
function ink(colors, i, d, best) {
  if (i < 2) return [colors.dRGB, i === 0 ? d : best]
  return [d > best ? colors.dRGB : partsOf(colors.em), Math.abs(d - best)]
}

function shade(s, i) {
  const { side } = s.header
  const context = s.patch.getContext("2d")
  const image = context.createImageData(side, side)
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = row * side + column
      const [rgb, strength] = ink(s.colors, i, s.d[at] / 65535, s.best[at] / 65535)
      const base = i < 2 ? 0.09 : 0 // where there is something to be said at all
      const seen = (s.mass[at] / 65535) * (base + 0.55 * strength)
      image.data.set([...rgb, 255 * seen], ((side - 1 - row) * side + column) * 4)
    }
  }
  context.putImageData(image, 0, 0)
}

function dots(c, s, i, cell, side) {
  const [r, g, b] = pixelOf(s.colors.background)
  for (let k = 0; k < s.x.length; k++) {
    if (s.x[k] % 65535 === 0 || s.y[k] % 65535 === 0) continue // beyond the picture
    const [rgb, strength] = ink(s.colors, i, s.dAt[k] / 65535, s.bestAt[k] / 65535)
    const mix = [r, g, b].map((low, n) => Math.round(low + (rgb[n] - low) * (0.12 + 0.88 * strength)))
    c.beginPath()
    c.arc(cell.x + (s.x[k] / 65535) * side, cell.y + side * (1 - s.y[k] / 65535), side < 240 ? 1.8 : 2.6, 0, 7)
    c.fillStyle = `rgb(${mix})`
    c.fill()
    c.lineWidth = 0.5
    c.strokeStyle = i < 2 ? s.colors.d : s.colors.faint
    c.stroke()
  }
}

function pixelOf(color) {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
  probe.fillStyle = color
  probe.fillRect(0, 0, 1, 1)
  return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3)
}

function paint(s) {
  const { side, cells, height } = layout(s.canvas.clientWidth)
  s.canvas.style.height = `${height}px`
  const [c, w] = sharpen(s.canvas)
  if (!w) return
  cells.forEach((cell, i) => {
    c.font = `600 13px ${s.colors.font}`
    c.fillStyle = s.colors.text
    c.fillText(TITLES[i], cell.x + 1, cell.y - 8)
    c.save()
    c.beginPath()
    c.rect(cell.x, cell.y, side, side)
    c.clip()
    shade(s, i)
    const half = side / (2 * (s.header.side - 1)) // values stand at cell centres, the outermost on the border
    c.drawImage(s.patch, cell.x - half, cell.y - half, side + 2 * half, side + 2 * half)
    dots(c, s, i, cell, side)
    c.restore()
    c.strokeStyle = s.colors.line
    c.lineWidth = 1
    c.strokeRect(cell.x + 0.5, cell.y + 0.5, side - 1, side - 1)
  })
}

function readOut(s, event) {
  const { side, cells } = layout(s.canvas.clientWidth)
  const cell = cells.find(({ x, y }) => {
    const [dx, dy] = [event.offsetX - x, event.offsetY - y]
    return dx >= 0 && dx <= side && dy >= 0 && dy <= side
  })
  s.tip.hidden = !cell
  if (!cell) return
  const n = s.header.side
  const [u, v] = [(event.offsetX - cell.x) / side, 1 - (event.offsetY - cell.y) / side]
  const at = Math.round(v * (n - 1)) * n + Math.round(u * (n - 1))
  const [x0, x1, y0, y1] = s.header.extent
  const known = s.mass[at] > 0
  const said = known ? `D ${short(s.d[at] / 65535, 2)}  D* ${short(s.best[at] / 65535, 2)}` : "no points here"
  s.tip.textContent = `x ${short(x0 + u * (x1 - x0))}  y ${short(y0 + v * (y1 - y0))}  ${said}`
}

export default function ({ data, parentElement }) {
  let s = panes.get(parentElement)
  if (!s) {
    s = { canvas: parentElement.querySelector("canvas"), patch: document.createElement("canvas") }
    s.tip = parentElement.querySelector(".tip")
    s.canvas.onpointermove = (event) => readOut(s, event)
    s.canvas.onpointerleave = () => (s.tip.hidden = true)
    new ResizeObserver(() => s.header && paint(s)).observe(s.canvas)
    panes.set(parentElement, s)
  }
  const { header, blob } = unpack(data)
  s.header = header
  for (const [name, key] of [["d", "d"], ["best", "best"], ["mass", "mass"], ["x", "x"], ["y", "y"],
    ["d_at", "dAt"], ["best_at", "bestAt"]]) s[key] = blob(name, Uint16Array)
  s.patch.width = s.patch.height = header.side
  s.colors = palette(s.canvas)
  s.canvas.setAttribute("aria-label", header.aria)
  paint(s)
}
