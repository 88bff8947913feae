// The component: one state per mount, one message in flight, and a picture whenever it must change.

const states = new WeakMap()
const PATIENCE = 2500 // ms after which an answer is taken for lost

class Lab {
  constructor(root) {
    this.root = root
    this.canvas = root.querySelector("canvas")
    this.grips = []
    this.flying = null // the seq that waits for its answer
    this.next = new Map() // what to send after it, by side: the latest wins
    this.updates = 0
    new ResizeObserver(() => this.wake()).observe(this.canvas)
    // the theme lives in variables that no event announces; a look now and then costs nothing
    watchTheme(this)
    root.querySelector(".in").onclick = () => this.zoomBy(0.6)
    root.querySelector(".out").onclick = () => this.zoomBy(1 / 0.6)
    root.querySelector(".whole").onclick = () => this.look(null)
    this.canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return // the page scrolls as everywhere; a pinch zooms
      event.preventDefault()
      this.zoomBy(Math.exp(event.deltaY / 300), this.place(event.offsetX))
    }, { passive: false })
    for (const [type, on] of Object.entries({
      pointerdown: this.down, pointermove: this.move, pointerup: this.up, pointercancel: this.up,
    })) this.canvas.addEventListener(type, on.bind(this))
  }

  take({ data, setStateValue }) {
    const { header, blob } = unpack(data)
    this.send = (value) => setStateValue("pair", value)
    if (!(header.seq >= this.heard)) this.seq = header.seq // the first, or from a new session
    this.heard = header.seq
    const values = blob("curves", Float32Array)
    const rows = Array.from({ length: values.length / header.points }, (_, i) =>
      values.subarray(i * header.points, (i + 1) * header.points))
    const x = Float64Array.from(rows[0], (v) => header.start + v)
    this.curves = { x, p: rows[1], q: rows[2] }
    this.series = rows.slice(3)
    this.header = header
    this.updates += 1
    this.root.querySelector(".lab").dataset.updates = this.updates
    if (this.flying !== null && header.seq >= this.flying) this.landed()
    const told = JSON.stringify(header.sides.map((side) => side.spec))
    const current = this.flying === null && header.seq === this.seq
    if (current) {
      if (told !== this.told) this.zoom = null // a link or a preset: look at all of it
      this.told = told // an answer in between knows less than what was typed since
    }
    if (current && !this.holding) this.sync(header)
    else this.stems(header)
    cards(this.root, header)
    if (!this.colors) themed(this)
    this.glide(this.zoom || header.window)
  }

  landed() {
    clearTimeout(this.timer)
    this.flying = null
    const [waiting] = this.next.values()
    if (!waiting) return
    this.next.delete(waiting[0])
    this.post(...waiting)
  }

  // Python's model becomes ours; the controls are built anew only if their kind changed.
  sync(header) {
    const kind = (sides) => JSON.stringify(sides.map((s) => [s.parts.map((p) => [p.family, p.sliders])]))
    const same = this.sides && kind(this.sides) === kind(header.sides)
    if (!same) {
      this.sides = structuredClone(header.sides)
      build(this)
      return
    }
    header.sides.forEach((fresh, i) => {
      const side = this.sides[i]
      Object.assign(side, { spec: fresh.spec, problem: fresh.problem, stems: fresh.stems })
      fresh.parts.forEach((part, j) => {
        Object.assign(side.parts[j], { weight: part.weight })
        part.values.forEach((v, k) => (side.parts[j].values[k] = v))
      })
      side.pasting &&= fresh.family !== "sample" // until its numbers are taken
      side.view.menu.value = side.pasting ? "sample" : fresh.family
      side.view.form.hidden = side.view.menu.value !== "sample"
      side.view.spec.value = fresh.spec
      Object.assign(side.view.problem, { textContent: fresh.problem, hidden: !fresh.problem })
    })
    this.rows.forEach((update) => update())
  }

  stems(header) {
    header.sides.forEach((fresh, i) => (this.sides[i].stems = fresh.stems))
  }

  edited(side, done) {
    side.spec = specOf(side)
    this.told = JSON.stringify(this.sides.map((s) => s.spec))
    side.view.spec.value = side.spec
    side.view.problem.hidden = true
    this.rows.forEach((update) => update())
    this.holding = !done
    this.post(side.key, { spec: side.spec }, done)
    this.wake()
  }

  // `what` is { spec } or { sample }, the text of numbers.
  submit(side, what) {
    this.holding = false
    this.zoom = null
    this.post(side.key, what, true)
  }

  post(key, what, done) {
    if (this.flying !== null) {
      this.next.set(key, [key, what, done || Boolean(this.next.get(key)?.[2])])
      return
    }
    this.flying = ++this.seq
    this.timer = setTimeout(() => this.landed(), PATIENCE)
    const view = this.zoom || (done ? null : this.header.window)
    this.send({ side: key, ...what, done, seq: this.seq, window: view })
  }

  // Look closer (by < 1) or from further away around a place; Python then fills in the curves.
  zoomBy(by, around) {
    const [a, b] = this.zoom || this.header.window
    const at = around ?? (a + b) / 2
    this.look([at + (a - at) * by, at + (b - at) * by])
  }

  look(view) {
    this.zoom = view
    this.glide(view || this.header.window)
    clearTimeout(this.asking)
    this.asking = setTimeout(() => this.post(null, {}, true), 160)
  }

  glide(target) {
    const from = this.view || target
    const far = Math.abs(from[0] - target[0]) + Math.abs(from[1] - target[1])
    const start = performance.now()
    const span = still.matches || far < 1e-9 ? 0 : 260
    this.move_view = (now) => {
      const t = span ? Math.min(1, Math.max(0, (now - start) / span)) : 1
      const ease = 1 - (1 - t) ** 3
      this.view = from.map((v, i) => v + (target[i] - v) * ease)
      return t < 1
    }
    this.wake()
  }

  wake() {
    this.frame ??= requestAnimationFrame((now) => {
      this.frame = null
      if (!this.header || !this.colors) return
      const more = this.move_view?.(now)
      this.paint()
      if (more) this.wake()
    })
  }

  paint() {
    const [c, w, h] = sharpen(this.canvas)
    if (w < 40) return
    this.root.querySelector(".whole").hidden = !this.zoom
    const [top, bottom] = boxes(w, h, this.header.lower.share)
    const [a, b] = this.view
    const X = (v) => top.x + ((v - a) / (b - a)) * top.w
    this.place = (px) => a + ((px - top.x) / top.w) * (b - a)
    this.level = (py) => ((top.y + top.h - py) / top.h) * this.header.top * 1.12
    upper(c, this, top, X)
    findGrips(this, top, X)
    for (const grip of this.grips) grip.near = grip.id === this.over
    grips(c, this)
    lower(c, this, bottom, X)
    this.canvas.setAttribute("aria-label", this.header.aria)
  }

  nearest({ offsetX, offsetY, pointerType }) {
    const reach = pointerType === "mouse" ? 16 : 26
    let best = null
    for (const grip of this.grips) {
      const d = Math.hypot(grip.x - offsetX, grip.y - offsetY)
      if (d < reach && (!best || d < best[0])) best = [d, grip]
    }
    return best?.[1]
  }

  down(event) {
    const grip = this.nearest(event)
    if (!grip && event.pointerType !== "mouse") return // a finger scrolls
    if (grip) {
      this.held = grip
      this.offset = [event.offsetX - grip.x, event.offsetY - grip.y]
      this.ceiling = this.header.top // stays, or the bar would run away from the pointer
    } else this.pan = { from: this.place(event.offsetX), view: this.view }
    this.canvas.setPointerCapture(event.pointerId)
    event.preventDefault()
  }

  move(event) {
    if (this.pan) {
      const by = this.pan.from - this.place(event.offsetX)
      if (Math.abs(by) > 1e-3 * (this.view[1] - this.view[0])) this.look(this.view.map((v) => v + by))
      this.view = this.zoom || this.view
      return
    }
    if (!this.held) {
      const grip = this.nearest(event)
      const over = grip?.id
      this.canvas.style.cursor = over ? (grip.kind === "bar" ? "ns-resize" : "ew-resize") : ""
      if (over !== this.over) this.wake()
      this.over = over
      return
    }
    const [x, y] = this.offset
    this.held.drag(this.place(event.offsetX - x), this.level(event.offsetY - y))
    this.edited(this.held.owner, false)
  }

  up() {
    this.pan = null
    if (!this.held) return
    const { owner } = this.held
    this.held = null
    this.edited(owner, true)
  }
}

export default function (component) {
  const root = component.parentElement
  let state = states.get(root)
  if (!state) states.set(root, (state = new Lab(root)))
  state.take(component)
}
