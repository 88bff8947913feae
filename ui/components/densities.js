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
    this.watch = setInterval(() => this.themed(), 700)
    for (const [type, on] of Object.entries({
      pointerdown: this.down, pointermove: this.move, pointerup: this.up, pointercancel: this.up,
    })) this.canvas.addEventListener(type, on.bind(this))
  }

  take({ data, setStateValue }) {
    const { header, blob } = unpack(data)
    this.send = (value) => setStateValue("pair", value)
    this.seq ??= header.seq
    const values = blob("curves", Float32Array)
    const rows = Array.from({ length: values.length / header.points }, (_, i) =>
      values.subarray(i * header.points, (i + 1) * header.points))
    this.curves = { x: rows[0], p: rows[1], q: rows[2] }
    this.series = rows.slice(3)
    this.header = header
    this.updates += 1
    this.root.querySelector(".lab").dataset.updates = this.updates
    if (this.flying !== null && header.seq >= this.flying) this.landed()
    if (this.flying === null && !this.holding) this.sync(header)
    else this.stems(header)
    cards(this.root, header)
    if (!this.colors) this.themed()
    this.glide(header.window)
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
      Object.assign(side, { spec: fresh.spec, problem: fresh.problem, stems: fresh.stems, good: fresh.good })
      fresh.parts.forEach((part, j) => {
        Object.assign(side.parts[j], { weight: part.weight })
        part.values.forEach((v, k) => (side.parts[j].values[k] = v))
      })
      side.view.menu.value = fresh.family
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
    side.view.spec.value = side.spec
    side.view.problem.hidden = true
    this.rows.forEach((update) => update())
    this.holding = !done
    this.post(side.key, side.spec, done)
    this.wake()
  }

  submit(side, spec) {
    this.holding = false
    this.post(side.key, spec, true)
  }

  post(key, spec, done) {
    if (this.flying !== null) {
      this.next.set(key, [key, spec, done || Boolean(this.next.get(key)?.[2])])
      return
    }
    this.flying = ++this.seq
    this.timer = setTimeout(() => this.landed(), PATIENCE)
    this.send({ side: key, spec, done, seq: this.seq, window: done ? null : this.header.window })
  }

  themed() {
    if (!this.canvas.isConnected) return clearInterval(this.watch)
    const host = this.canvas
    const colors = palette(host)
    colors.fault = colors.dark ? "#f87171" : "#b91c1c"
    if (this.colors && this.colors.background === colors.background) return
    this.colors = colors
    this.wake()
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
    const [top, bottom] = boxes(w, h)
    const [a, b] = this.view
    const X = (v) => top.x + ((v - a) / (b - a)) * top.w
    this.place = (px) => a + ((px - top.x) / top.w) * (b - a)
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
    if (!grip) return
    this.held = grip
    this.offset = event.offsetX - grip.x
    this.canvas.setPointerCapture(event.pointerId)
    event.preventDefault()
  }

  move(event) {
    if (!this.held) {
      const over = this.nearest(event)?.id
      this.canvas.style.cursor = over ? "ew-resize" : ""
      if (over !== this.over) this.wake()
      this.over = over
      return
    }
    this.held.drag(this.place(event.offsetX - this.offset))
    this.edited(this.held.owner, false)
  }

  up() {
    if (!this.held) return
    const { owner } = this.held
    this.held = null
    this.edited(owner, true)
  }
}

function cards(root, header) {
  const box = root.querySelector(".cards")
  if (box.children.length !== header.cards.length) {
    box.replaceChildren(...header.cards.map(() => {
      const card = make("div", { className: "card" })
      card.innerHTML = '<span class="name"></span><b></b><small></small><div class="meter"><i></i></div>'
      return card
    }))
  }
  header.cards.forEach((card, i) => {
    const [name, value, note, meter] = box.children[i].children
    if (name.dataset.label !== card.label) {
      name.innerHTML = card.label // a constant of the page, never what somebody typed
      name.dataset.label = card.label
    }
    box.children[i].dataset.key = card.key
    box.children[i].dataset.tone = card.tone || ""
    value.textContent = card.value
    note.textContent = card.note
    meter.style.visibility = card.meter === null ? "hidden" : "visible"
    if (card.meter !== null) meter.firstChild.style.width = `${100 * card.meter}%`
  })
  const words = root.querySelector(".words")
  if (words.dataset.said !== header.words) {
    words.dataset.said = header.words
    words.replaceChildren(...header.words.split(/([pF]_[rg])/).map((piece) =>
      /^[pF]_[rg]$/.test(piece)
        ? make("span", {}, make("i", { textContent: piece[0] }), make("sub", { textContent: piece[2] }))
        : piece))
  }
}

export default function (component) {
  const root = component.parentElement
  let state = states.get(root)
  if (!state) states.set(root, (state = new Lab(root)))
  state.take(component)
}
