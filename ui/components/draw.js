// Points in the plane: shown, or drawn by hand with single points, a brush and an eraser.
//
// What is drawn goes to Python as "drawn" = {token, points: [x, y, x, y, …]} after each stroke.
// Python answers with the `token` of the hand that drew what it holds: our own drawing is kept as
// it is here, and anything else (an upload, a link) replaces it.

const states = new WeakMap()
const BACK = 60 // drawings that undo remembers
const PATIENCE = 250 // ms of rest after a stroke before it is sent
const NOTHING = { view: null, points: [] }

class Drawing {
  constructor(root) {
    this.root = root
    this.figure = root.querySelector("figure")
    this.canvas = root.querySelector("canvas")
    this.count = root.querySelector(".count")
    this.size = root.querySelector("input")
    this.token = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`
    this.points = []
    this.back = []
    this.tool = "brush"
    this.cursor = null // [x, y] of the pointer or the arrow keys, in pixels
    new ResizeObserver(() => this.wake()).observe(this.canvas)
    watchTheme(this)
    for (const button of root.querySelectorAll("[data-tool]")) {
      button.onclick = () => this.choose(button.dataset.tool)
    }
    root.querySelector("[data-do=undo]").onclick = () => this.undo()
    root.querySelector("[data-do=clear]").onclick = () => this.replace([])
    this.size.oninput = () => this.wake()
    for (const [type, on] of Object.entries({
      pointerdown: this.down, pointermove: this.move, pointerup: this.up, pointercancel: this.up,
      pointerleave: this.leave, keydown: this.key,
    })) this.canvas.addEventListener(type, on.bind(this))
  }

  take({ data, setStateValue }) {
    const { header, blob } = unpack(data)
    this.send = (drawn) => setStateValue("drawn", drawn)
    this.most = header.most
    this.figure.toggleAttribute("data-still", !header.editable)
    for (const part of this.root.querySelectorAll(".tools, .foot label")) part.hidden = !header.editable
    this.editable = header.editable
    this.name = header.name
    const ours = this.editable && header.token === this.token
    if (!ours && header.id !== this.id) {
      if (this.editable && this.points.length) this.remember()
      this.points = Array.from(blob("points", Float32Array))
      this.view = header.extent
    }
    this.view ??= header.extent
    this.id = header.id
    this.total = ours ? 0 : header.total // of a set too large to be shown whole
    this.colors ??= palette(this.canvas)
    this.choose(this.tool)
    this.canvas.dataset.points = this.points.length / 2
  }

  choose(tool) {
    this.tool = tool
    for (const button of this.root.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", button.dataset.tool === tool)
    }
    this.size.disabled = tool === "point"
    this.wake()
  }

  remember() {
    this.back.push({ view: this.view, points: this.points.slice() })
    if (this.back.length > BACK) this.back.shift()
  }

  undo() {
    const { view, points } = this.back.pop() ?? NOTHING
    if (!view) return
    Object.assign(this, { view, points })
    this.changed()
  }

  replace(points) {
    this.remember()
    this.points = points
    this.changed()
  }

  changed() {
    this.total = 0
    this.canvas.dataset.points = this.points.length / 2
    this.wake()
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      if (!this.stroke) this.send({ token: this.token, points: this.points })
    }, PATIENCE)
  }

  // Pixels of the brush or eraser around its middle.
  get radius() {
    return this.tool === "point" ? 3 : +this.size.value
  }

  place(px, py) {
    const { clientWidth: w, clientHeight: h } = this.canvas
    const [x0, x1, y0, y1] = this.view
    return [x0 + (px / w) * (x1 - x0), y0 + (1 - py / h) * (y1 - y0)]
  }

  add(px, py) {
    if (this.points.length >= 2 * this.most) return
    const { clientWidth: w, clientHeight: h } = this.canvas
    const inside = (p, most) => Math.min(most, Math.max(0, p))
    this.points.push(...this.place(inside(px, w), inside(py, h)).map(Math.fround))
  }

  // What a tool does at a pixel; `share` of a full dab of the brush.
  dab(px, py, share = 1) {
    if (this.tool === "erase") {
      const kept = []
      const { clientWidth: w, clientHeight: h } = this.canvas
      const [x0, x1, y0, y1] = this.view
      for (let i = 0; i < this.points.length; i += 2) {
        const dx = ((this.points[i] - x0) / (x1 - x0)) * w - px
        const dy = (1 - (this.points[i + 1] - y0) / (y1 - y0)) * h - py
        if (Math.hypot(dx, dy) > this.radius) kept.push(this.points[i], this.points[i + 1])
      }
      this.points = kept
    } else if (this.tool === "point") this.add(px, py)
    else {
      const wanted = 6 * share
      const n = Math.floor(wanted) + (Math.random() < wanted % 1)
      for (let k = 0; k < n; k++) {
        const [r, angle] = [this.radius * Math.sqrt(Math.random()), 2 * Math.PI * Math.random()]
        this.add(px + r * Math.cos(angle), py + r * Math.sin(angle))
      }
    }
  }

  down(event) {
    if (!this.editable || event.button > 0) return
    this.canvas.setPointerCapture(event.pointerId)
    this.remember()
    this.stroke = [event.offsetX, event.offsetY]
    this.cursor = this.stroke
    this.dab(...this.stroke)
    this.wake()
  }

  move(event) {
    if (!this.editable) return
    this.cursor = [event.offsetX, event.offsetY]
    if (this.stroke) {
      for (const e of event.getCoalescedEvents?.() ?? [event]) this.drag(e.offsetX, e.offsetY)
    }
    this.wake()
  }

  // From the last place of the stroke to this one, in steps finer than the brush.
  drag(px, py) {
    const [x, y] = this.stroke
    const far = Math.hypot(px - x, py - y)
    const pace = this.tool === "point" ? 9 : Math.max(2, this.radius / 3)
    if (far < pace) return
    const steps = Math.floor(far / pace)
    for (let k = 1; k <= steps; k++) {
      const t = (k * pace) / far
      this.dab(x + (px - x) * t, y + (py - y) * t, 0.34)
    }
    const t = (steps * pace) / far
    this.stroke = [x + (px - x) * t, y + (py - y) * t]
  }

  up() {
    if (!this.stroke) return
    this.stroke = null
    this.changed()
  }

  leave() {
    if (this.stroke) return
    this.cursor = null
    this.wake()
  }

  // Arrow keys move a cursor over the canvas, space or enter uses the tool there.
  key(event) {
    if (!this.editable) return
    const { clientWidth: w, clientHeight: h } = this.canvas
    const [dx, dy] = ARROWS[event.key] ?? [0, 0]
    const use = event.key === " " || event.key === "Enter"
    if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.undo()
    else if (!dx && !dy && !use) return
    event.preventDefault()
    const [x, y] = this.cursor ?? [w / 2, h / 2]
    const stride = event.shiftKey ? 40 : 10
    this.cursor = [Math.min(w, Math.max(0, x + dx * stride)), Math.min(h, Math.max(0, y + dy * stride))]
    if (use) {
      this.remember()
      this.dab(...this.cursor)
      this.changed()
    }
    this.wake()
  }

  wake() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null
      if (this.view) this.paint()
    })
  }

  paint() {
    const [c, w, h] = sharpen(this.canvas)
    if (w < 20) return
    const [x0, x1, y0, y1] = this.view
    axes(c, this.colors, this.view, w, h)
    const n = this.points.length / 2
    const dot = n > 1500 ? 1.3 : 2
    c.fillStyle = this.colors.real
    c.globalAlpha = n > 1500 ? 0.55 : 0.75
    c.beginPath()
    for (let i = 0; i < 2 * n; i += 2) {
      const px = ((this.points[i] - x0) / (x1 - x0)) * w
      const py = (1 - (this.points[i + 1] - y0) / (y1 - y0)) * h
      c.moveTo(px + dot, py)
      c.arc(px, py, dot, 0, 7)
    }
    c.fill()
    c.globalAlpha = 1
    if (this.editable) this.hints(c, w, h, n)
    this.tell(n)
  }

  hints(c, w, h, n) {
    if (!n && !this.stroke) {
      c.fillStyle = this.colors.faint
      c.font = `15px ${this.colors.font}`
      c.textAlign = "center"
      c.fillText("Draw here", w / 2, h / 2)
    }
    if (!this.cursor) return
    c.strokeStyle = this.tool === "erase" ? this.colors.fake : this.colors.faint
    c.lineWidth = 1.2
    c.beginPath()
    c.arc(...this.cursor, this.radius, 0, 7)
    c.stroke()
  }

  tell(n) {
    const count = this.total > n ? `${thousands(n)} of ${thousands(this.total)}` : thousands(n)
    const full = this.editable && n >= this.most ? ", full" : ""
    this.count.textContent = this.editable ? `${count} point${n === 1 ? "" : "s"}${full}` : ""
    this.root.querySelector("[data-do=undo]").disabled = !this.back.length
    this.root.querySelector("[data-do=clear]").disabled = !n
    const [x0, x1, y0, y1] = this.view.map((v) => short(v))
    const how = this.editable ? " Arrow keys move, space draws." : ""
    this.canvas.setAttribute(
      "aria-label", `${this.name}: ${count} points, x ${x0} to ${x1}, y ${y0} to ${y1}.${how}`,
    )
  }
}

// Ticks with their numbers along the lower and the left edge.
function axes(c, colors, [x0, x1, y0, y1], w, h) {
  Object.assign(c, { font: `11px ${colors.font}`, fillStyle: colors.faint, strokeStyle: colors.line })
  c.lineWidth = 1
  const step = niceStep(x1 - x0, w < 260 ? 3 : 5)
  const digits = Math.min(9, Math.max(3, Math.ceil(Math.log10(Math.max(1, Math.abs(x0), Math.abs(y0)) / step)) + 1))
  c.textAlign = "center"
  for (let k = Math.ceil(x0 / step); k * step <= x1; k++) {
    const p = ((k * step - x0) / (x1 - x0)) * w
    if (p < 22 || p > w - 16) continue
    c.strokeRect(Math.round(p) + 0.5, h - 4, 0, 4)
    c.fillText(short(k * step, digits), p, h - 8)
  }
  c.textAlign = "left"
  for (let k = Math.ceil(y0 / step); k * step <= y1; k++) {
    const p = (1 - (k * step - y0) / (y1 - y0)) * h
    if (p < 12 || p > h - 20) continue
    c.strokeRect(0, Math.round(p) + 0.5, 4, 0)
    c.fillText(short(k * step, digits), 8, p + 4)
  }
}

export default function (component) {
  const root = component.parentElement
  let state = states.get(root)
  if (!state) states.set(root, (state = new Drawing(root)))
  state.take(component)
}
