// A square of latent space as a sheet of tiles, with a way drawn over it by hand: drag to draw one,
// click to lead it on from its end. It goes to Python as "path" = {points: [[u, v], …], at}.

const states = new WeakMap()
const SLIP = 6 // pixels a press may wander and still be a click
const KEPT = 48 // places of a way that is sent

class LatentMap {
  constructor(root) {
    this.root = root
    this.canvas = root.querySelector(".sheet")
    this.marks = root.querySelector(".marks")
    this.sheet = new Sheet()
    this.points = []
    this.count = 0
    new ResizeObserver(() => this.paint()).observe(this.canvas)
    for (const [type, on] of Object.entries({
      pointerdown: this.down, pointermove: this.move, pointerup: this.up, pointercancel: this.up,
      pointerleave: this.leave, keydown: this.keys,
    })) this.canvas.addEventListener(type, on.bind(this))
    root.querySelector(".undo").onclick = () => this.set(this.points.slice(0, -1))
    root.querySelector(".clear").onclick = () => this.set([])
  }

  async take({ data, setTriggerValue }) {
    const { header, blob } = unpack(data)
    this.send = (points) => setTriggerValue("path", { points, at: ++this.count })
    const fresh = this.header?.scene !== header.scene
    if (fresh && !(await this.sheet.take(blob("picture"), header.side, header.size))) return
    if (fresh) this.sheet.whole(this.canvas)
    this.header = header
    this.canvas.setAttribute("aria-label", header.label)
    const told = JSON.stringify(header.points)
    if (told !== this.told && !this.stroke) this.points = header.points
    this.told = told
    this.paint()
    this.canvas.dataset.drawn = header.scene
  }

  place({ offsetX, offsetY }) {
    const { clientWidth: w, clientHeight: h } = this.canvas
    const { side } = this.header // a tile stands for the place at its middle
    const inside = (share) => Math.min(1, Math.max(0, (share * side - 0.5) / (side - 1)))
    return [offsetX / w, offsetY / h].map((share) => Math.round(1000 * inside(share)) / 1000)
  }

  down(event) {
    if (event.button > 0 || !this.header) return
    this.canvas.setPointerCapture(event.pointerId)
    this.stroke = [this.place(event)]
    this.from = [event.offsetX, event.offsetY]
  }

  move(event) {
    if (!this.header) return
    this.cursor = this.place(event)
    if (this.stroke) {
      const [u, v] = this.stroke.at(-1)
      if (Math.hypot(this.cursor[0] - u, this.cursor[1] - v) > 0.008) this.stroke.push(this.cursor)
    }
    this.paint()
  }

  up(event) {
    if (!this.stroke) return
    const far = Math.hypot(event.offsetX - this.from[0], event.offsetY - this.from[1])
    const drawn = this.stroke.length > 2 || far > SLIP
    this.stroke.push(this.place(event))
    const points = drawn ? thinned(this.stroke) : [...this.points, this.stroke[0]]
    this.stroke = null
    this.set(points.slice(-KEPT))
  }

  leave() {
    if (this.stroke) return
    this.cursor = null
    this.paint()
  }

  // Arrow keys move the cursor, Enter leads the way there.
  keys(event) {
    const by = ARROWS[event.key]
    const step = 1 / (this.header.side - 1)
    const [u, v] = this.cursor ?? [0, 0]
    if (by) this.cursor = [u + by[0] * step, v + by[1] * step].map((x) => Math.min(1, Math.max(0, +x.toFixed(3))))
    else if (event.key === "Enter" || event.key === " ") this.set([...this.points, [u, v]].slice(-KEPT))
    else return
    this.paint()
    event.preventDefault()
    event.stopPropagation()
  }

  set(points) {
    this.points = points
    this.told = JSON.stringify(points)
    this.send(points)
    this.paint()
  }

  paint() {
    if (!this.header) return
    const [c, w, h] = sharpen(this.marks)
    const colors = palette(this.canvas)
    const { side } = this.header
    const at = ([u, v]) => [((u * (side - 1) + 0.5) / side) * w, ((v * (side - 1) + 0.5) / side) * h]
    const way = this.stroke ?? this.points
    c.lineJoin = c.lineCap = "round"
    for (const [width, color] of [[6, colors.background], [3, colors.fake]]) {
      c.lineWidth = width
      c.strokeStyle = color
      c.beginPath()
      way.forEach((p, i) => c[i ? "lineTo" : "moveTo"](...at(p)))
      c.stroke()
    }
    for (const p of way.length > 24 ? [way[0], way.at(-1)] : way) this.dot(c, at(p), colors.fake, colors)
    if (this.cursor && !this.stroke) this.dot(c, at(this.cursor), colors.em, colors)
    this.root.querySelector(".undo").disabled = this.root.querySelector(".clear").disabled = !way.length
    this.root.querySelector(".count").textContent = way.length ? `${way.length} places` : "drag over the map, or click"
    this.canvas.dataset.points = this.points.length
  }

  dot(c, [x, y], color, colors) {
    c.beginPath()
    c.arc(x, y, 5, 0, 7)
    c.fillStyle = color
    c.fill()
    c.lineWidth = 1.5
    c.strokeStyle = colors.background
    c.stroke()
  }
}

// At most KEPT of the places of a stroke, its ends among them.
function thinned(stroke) {
  const n = Math.min(KEPT, stroke.length)
  return Array.from({ length: n }, (_, i) => stroke[Math.round((i * (stroke.length - 1)) / (n - 1))])
}

export default function (component) {
  const root = component.parentElement
  let state = states.get(root)
  if (!state) states.set(root, (state = new LatentMap(root)))
  state.take(component)
}
