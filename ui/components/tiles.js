// A sheet of named tiles: the pointer or the arrow keys choose one, a click or Enter shows it large,
// and it can be pinned. What is open and pinned is told as "told" = {do, tile, at}; where a tile
// lies is found here.

const states = new WeakMap()
const REST = 350 // ms after which the tile that is open is told: arrows may pass many
const SAYS = { logit: "D", score: "critic", energy: "error" }

class Tiles {
  constructor(root) {
    const part = (name) => root.querySelector(name)
    Object.assign(this, {
      root, figure: part("figure"), sheet: new Sheet(), canvas: part(".sheet"), marks: part(".marks"),
      tip: part(".tip"), lens: part(".lens"), large: part(".large"), output: part("output"),
      pinner: part(".pin"), status: part(".status"), count: 0, over: null, cursor: null, open: null,
    })
    new ResizeObserver(() => this.header && (this.enlarge(), this.mark())).observe(this.canvas)
    for (const [type, on] of Object.entries({
      pointermove: this.move, pointerleave: this.leave, click: this.click, keydown: this.keys,
      blur: this.blur,
    })) this.canvas.addEventListener(type, on.bind(this))
    part(".close").onclick = () => this.show(null)
    part(".back").onclick = () => this.step(-1)
    part(".next").onclick = () => this.step(1)
    this.large.onclick = () => this.show(null)
    this.pinner.onclick = () => this.pin()
    this.lens.addEventListener("keydown", (event) => this.keys(event))
  }

  async take({ data, setTriggerValue }) {
    const { header, blob } = unpack(data)
    this.send = (what) => setTriggerValue("told", { ...what, at: ++this.count })
    const fresh = this.header?.scene !== header.scene
    if (fresh && !(await this.sheet.take(blob("picture"), header.columns, header.size))) return
    this.header = header
    this.pins = new Set(header.pins)
    if (fresh) {
      this.sheet.whole(this.canvas)
      this.over = this.cursor = null
    }
    const { columns, names } = header
    const rows = Math.ceil(names.length / columns)
    Object.assign(this.figure.style, { maxWidth: `${columns * 220}px` })
    this.canvas.setAttribute("aria-label", header.label)
    if (header.open !== this.heard || fresh) {
      this.heard = header.open
      const found = names.indexOf(header.open)
      this.open = found < 0 ? null : found
    }
    this.rows = rows
    this.enlarge()
    this.mark()
    this.canvas.dataset.drawn = header.scene
  }

  at({ offsetX, offsetY }) {
    const { columns, names } = this.header
    const [w, h] = [this.canvas.clientWidth / columns, this.canvas.clientHeight / this.rows]
    const [column, row] = [Math.floor(offsetX / w), Math.floor(offsetY / h)]
    const index = row * columns + column
    return column >= 0 && column < columns && index >= 0 && index < names.length ? index : null
  }

  move(event) {
    this.over = this.header ? this.at(event) : null
    this.mark()
  }

  leave() {
    this.over = null
    this.mark()
  }

  blur() {
    this.cursor = null
    this.mark()
  }

  click(event) {
    const index = this.at(event)
    if (index === null) return
    this.cursor = null
    this.show(index)
  }

  step(by) {
    const last = this.header.names.length - 1
    this.show(Math.max(0, Math.min(last, this.open + by)))
  }

  keys(event) {
    if (!this.header || event.ctrlKey || event.metaKey || event.altKey) return
    const { names, columns } = this.header
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key]
    const on = event.target === this.canvas
    const from = this.open ?? this.cursor
    if (by) {
      const to = from === null ? 0 : from + by
      if (to >= 0 && to < names.length) this.open === null ? this.point(to) : this.show(to)
    } else if (on && (event.key === "Enter" || event.key === " ")) {
      this.show(this.open === null ? this.cursor ?? 0 : null)
    } else if (event.key === "Escape" && this.open !== null) this.show(null)
    else if (event.key === "p" && from !== null) this.pin(from)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  point(index) {
    this.cursor = index
    this.status.textContent = this.describe(index)
    this.mark()
  }

  // Show a tile large; null: none.
  show(index) {
    if (index === null) this.cursor = this.open
    this.open = index
    this.enlarge()
    this.mark()
    clearTimeout(this.telling)
    this.telling = setTimeout(() => {
      this.heard = index === null ? "" : this.header.names[index]
      this.send({ do: "open", tile: this.heard })
    }, REST)
  }

  pin(index = this.open) {
    const name = this.header.names[index]
    const pinned = this.pins.has(name)
    pinned ? this.pins.delete(name) : this.pins.add(name)
    this.enlarge()
    this.mark()
    this.status.textContent = this.describe(index)
    clearTimeout(this.telling)
    if (this.open !== null) this.heard = this.header.names[this.open]
    this.send({ do: pinned ? "unpin" : "pin", tile: name, open: this.heard ?? "" })
  }

  describe(index) {
    const { names, scores, meaning } = this.header
    const said = scores ? `  ${SAYS[meaning] ?? "D"} ${short(scores[index], 3)}` : ""
    return `${names[index]}${said}${this.pins.has(names[index]) ? "  pinned" : ""}`
  }

  enlarge() {
    this.lens.hidden = this.open === null
    if (this.open === null) return
    this.sheet.show(this.large, this.open)
    const name = this.header.names[this.open]
    this.output.textContent = this.describe(this.open)
    this.large.setAttribute("aria-label", `Tile ${name}, enlarged`)
    const pinned = this.pins.has(name)
    this.pinner.textContent = pinned ? "Unpin" : "Pin"
    this.pinner.setAttribute("aria-pressed", pinned)
    this.lens.dataset.tile = name
    this.beside(this.open)
    this.root.querySelector(".back").disabled = this.open === 0
    this.root.querySelector(".next").disabled = this.open === this.header.names.length - 1
  }

  // The lens goes to the side of the tile, at its height.
  beside(index) {
    const { columns } = this.header
    const [w, h] = [this.canvas.clientWidth, this.canvas.clientHeight]
    const [wide, high] = [w / columns, h / this.rows]
    const [x, y] = [(index % columns) * wide, Math.floor(index / columns) * high]
    const { offsetWidth: own, offsetHeight: tall } = this.lens
    const left = x + wide / 2 < w / 2 ? x + wide + 8 : x - own - 8
    this.lens.style.left = `${Math.max(0, Math.min(w - own, left))}px`
    this.lens.style.top = `${Math.max(0, Math.min(h - tall, y + high / 2 - tall / 2))}px`
  }

  // Scores, pins, and the tile under the pointer or the arrow keys, over the picture.
  mark() {
    if (!this.header) return
    const [c, w, h] = sharpen(this.marks)
    const { columns, names, scores } = this.header
    const [wide, high] = [w / columns, h / this.rows]
    const place = (i) => [(i % columns) * wide, Math.floor(i / columns) * high]
    const colors = (this.colors = palette(this.canvas))
    if (scores) this.write(c, place, wide, high)
    names.forEach((name, i) => {
      if (!this.pins.has(name)) return
      const [x, y] = place(i)
      c.fillStyle = colors.em
      c.strokeStyle = colors.background
      c.lineWidth = 1.5
      c.beginPath()
      c.arc(x + wide - 8, y + 8, 4.5, 0, 7)
      c.fill()
      c.stroke()
    })
    for (const [index, color] of [[this.open, colors.em], [this.over, colors.fake], [this.cursor, colors.fake]]) {
      if (index === null) continue
      const [x, y] = place(index)
      c.strokeStyle = colors.background
      c.lineWidth = 5
      c.strokeRect(x + 2, y + 2, wide - 4, high - 4)
      c.strokeStyle = color
      c.lineWidth = 2.5
      c.strokeRect(x + 2, y + 2, wide - 4, high - 4)
    }
    const told = this.over ?? this.cursor
    this.tip.hidden = told === null || this.open !== null
    if (this.tip.hidden) return
    this.tip.textContent = this.describe(told)
    const [x, y] = place(told)
    const right = Math.max(0, w - this.tip.offsetWidth)
    this.tip.style.left = `${Math.min(x, right)}px`
    this.tip.style.top = `${y > 34 ? y - 30 : y + high + 6}px`
  }

  write(c, place, wide, high) {
    const size = Math.max(9, Math.min(12, wide / 4.5))
    c.font = `600 ${size}px ${this.colors.font}`
    c.textBaseline = "middle"
    this.header.scores.forEach((score, i) => {
      const text = this.header.meaning === "logit" ? score.toFixed(2) : short(score, 2)
      const [x, y] = place(i)
      c.fillStyle = "rgba(15, 19, 27, .78)"
      c.fillRect(x, y + high - size - 3, c.measureText(text).width + 6, size + 3)
      c.fillStyle = "#ffffff"
      c.fillText(text, x + 3, y + high - size / 2 - 1)
    })
  }
}

export default function (component) {
  const root = component.parentElement
  let state = states.get(root)
  if (!state) states.set(root, (state = new Tiles(root)))
  state.take(component)
}
