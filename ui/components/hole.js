// A picture with cells that are hidden: a stroke hides cells, or, begun on a hidden one, shows them.
//
// After a stroke Python gets the state "hole", what is hidden in the words of gan_core.holes. What
// Python holds replaces what is here, unless it is what was here at some moment before.

const states = new WeakMap()

class Hole {
  constructor(root) {
    this.root = root
    this.canvas = root.querySelector("canvas")
    this.count = root.querySelector(".count")
    this.sent = new Set()
    this.cursor = null // the cell under the arrow keys
    new ResizeObserver(() => this.wake()).observe(this.canvas)
    watchTheme(this)
    root.querySelector("[data-do=invert]").onclick = () => this.invert()
    for (const [type, on] of Object.entries({
      pointerdown: this.down, pointermove: this.move, pointerup: this.up, pointercancel: this.up,
      keydown: this.key, blur: this.left,
    })) this.canvas.addEventListener(type, on.bind(this))
  }

  take({ data, setStateValue }) {
    const { header, blob } = unpack(data)
    this.send = (hole) => setStateValue("hole", hole)
    this.n = header.grid
    this.name = header.name
    if (!this.stroke && !this.sent.has(header.hole)) this.cells = blob("cells").slice()
    if (header.hole === this.last) this.sent.clear() // all that was sent has come back
    const picture = blob("picture").slice()
    createImageBitmap(new Blob([picture])).then((found) => {
      this.picture = found
      this.wake()
    })
    this.colors ??= palette(this.canvas)
    this.wake()
  }

  // Row by row, four cells a digit, as gan_core.holes spells them.
  words() {
    let digits = ""
    for (let i = 0; i < this.cells.length; i += 4) {
      digits += parseInt(Array.from(this.cells.slice(i, i + 4)).join(""), 2).toString(16)
    }
    return `cells:${digits}`
  }

  changed() {
    this.wake()
    if (!this.cells.some(Boolean)) return // nothing to fill in yet
    this.last = this.words()
    this.sent.add(this.last)
    this.send(this.last)
  }

  cell(event) {
    const side = this.canvas.clientWidth / this.n
    const inside = (p) => Math.min(this.n - 1, Math.max(0, Math.floor(p / side)))
    return [inside(event.offsetX), inside(event.offsetY)]
  }

  set([x, y]) {
    this.cells[y * this.n + x] = this.hide
  }

  down(event) {
    if (event.button > 0) return
    this.canvas.setPointerCapture(event.pointerId)
    const [x, y] = this.cell(event)
    this.hide = this.cells[y * this.n + x] ? 0 : 1
    this.stroke = [x, y]
    this.set(this.stroke)
    this.wake()
  }

  move(event) {
    if (!this.stroke) return
    for (const e of event.getCoalescedEvents?.() ?? [event]) this.line(this.cell(e))
    this.wake()
  }

  // All cells from the last one of the stroke to this one.
  line([x1, y1]) {
    const [x0, y0] = this.stroke
    const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))
    for (let k = 1; k <= steps; k++) {
      this.set([Math.round(x0 + ((x1 - x0) * k) / steps), Math.round(y0 + ((y1 - y0) * k) / steps)])
    }
    this.stroke = [x1, y1]
  }

  up() {
    if (!this.stroke) return
    this.stroke = null
    this.changed()
  }

  left() {
    this.cursor = null
    this.wake()
  }

  invert() {
    this.cells = this.cells.map((one) => 1 - one)
    this.changed()
  }

  key(event) {
    const [dx, dy] = ARROWS[event.key] ?? [0, 0]
    const use = event.key === " " || event.key === "Enter"
    if (!dx && !dy && !use) return
    event.preventDefault()
    const [x, y] = this.cursor ?? [this.n / 2, this.n / 2]
    const inside = (p) => Math.min(this.n - 1, Math.max(0, p))
    this.cursor = [inside(x + dx), inside(y + dy)]
    if (use) {
      this.hide = this.cells[this.cursor[1] * this.n + this.cursor[0]] ? 0 : 1
      this.set(this.cursor)
      this.changed()
    }
    this.wake()
  }

  wake() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null
      if (this.picture && this.cells) this.paint()
    })
  }

  paint() {
    const [c, w] = sharpen(this.canvas)
    if (w < 20) return
    const side = w / this.n
    c.imageSmoothingEnabled = false
    c.drawImage(this.picture, 0, 0, w, w)
    c.save()
    c.beginPath()
    this.each((x, y) => c.rect(x * side, y * side, side, side))
    c.clip()
    c.fillStyle = this.colors.dark ? "rgba(30,33,40,.86)" : "rgba(236,239,244,.88)"
    c.fillRect(0, 0, w, w)
    c.strokeStyle = this.colors.faint
    c.globalAlpha = 0.35
    c.lineWidth = 1
    c.beginPath()
    for (let d = -w; d < w; d += side / 2) {
      c.moveTo(d, 0)
      c.lineTo(d + w, w)
    }
    c.stroke()
    c.restore()
    if (this.cursor) {
      c.strokeStyle = this.colors.fake
      c.lineWidth = 2
      c.strokeRect(this.cursor[0] * side, this.cursor[1] * side, side, side)
    }
    this.tell()
  }

  each(act) {
    this.cells.forEach((hidden, i) => hidden && act(i % this.n, Math.floor(i / this.n)))
  }

  tell() {
    let hidden = 0
    this.each(() => hidden++)
    const share = Math.round((100 * hidden) / this.cells.length)
    this.count.textContent = hidden ? `${share} % hidden; paint to change it` : "Paint what to hide"
    this.canvas.setAttribute("aria-label",
      `${this.name}, ${share} % hidden. Arrow keys move, space hides or shows a cell.`)
  }
}

export default function (component) {
  const root = component.parentElement
  let state = states.get(root)
  if (!state) states.set(root, (state = new Hole(root)))
  state.take(component)
}
