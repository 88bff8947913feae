// The component: panels that stand still or are played, with a zoom along x that data do not reset.

const films = new WeakMap()
const SLIP = 5 // pixels a press may wander and still be a click

class Film {
  constructor(root) {
    this.root = root
    this.canvas = root.querySelector("canvas")
    this.whole = root.querySelector(".whole")
    this.zooms = new Map() // by the name of the x axis: panels of one axis move together
    this.pos = 0
    this.frame = 0
    this.updates = 0
    this.player = new Player(root.querySelector(".player"), (index, glide) => this.show(index, glide))
    this.whole.onclick = () => {
      this.zooms.clear()
      this.wake()
    }
    new ResizeObserver(() => this.wake()).observe(root.querySelector(".film"))
    watchTheme(this)
    for (const [type, on] of Object.entries({
      pointerdown: this.down, pointermove: this.move, pointerup: this.up, pointerleave: this.leave,
      pointercancel: this.leave, keydown: this.keys,
    })) this.canvas.addEventListener(type, on.bind(this))
  }

  take({ data, setTriggerValue }) {
    const { header, blob } = unpack(data)
    this.click = (value) => setTriggerValue("click", value)
    const values = blob("values", Float32Array)
    this.cache = new Map()
    this.raw = (ref, frame) => {
      const start = ref.at + (ref.frames > 1 ? Math.min(frame, ref.frames - 1) * ref.n : 0)
      return values.subarray(start, start + ref.n)
    }
    const fresh = !this.header || this.header.scene !== header.scene
    this.header = header
    this.frames = header.labels.length
    this.updates += 1
    Object.assign(this.root.querySelector(".film").dataset, { updates: this.updates, scene: header.scene })
    this.canvas.classList.toggle("clicks", header.clicks)
    this.canvas.setAttribute("aria-label", header.aria)
    this.player.load(header.labels)
    if (fresh) {
      this.zooms.clear()
      this.player.pause()
      if (this.frames) this.player.to(Math.min(header.first, this.frames - 1), 0)
    }
    if (!this.frames) this.pos = this.frame = 0
    themed(this)
    this.wake()
  }

  show(index, glide) {
    this.frame = index
    const [from, start, span] = [this.pos, performance.now(), still.matches ? 0 : glide]
    this.step = (now) => {
      const t = span ? Math.min(1, Math.max(0, (now - start) / span)) : 1
      this.pos = from + (index - from) * t
      return t < 1
    }
    this.wake()
  }

  // Values of a series at the moment that is shown, between two frames by their mean.
  get(ref) {
    if (ref.frames <= 1) return this.raw(ref, 0)
    const key = `${ref.at}:${this.pos}`
    const kept = this.cache.get(ref.at)
    if (kept?.key === key) return kept.values
    const low = Math.floor(this.pos)
    const share = this.pos - low
    const [a, b] = [this.raw(ref, low), this.raw(ref, low + 1)]
    const out = share ? a.map((v, i) => (Number.isFinite(v) ? v + (b[i] - v) * share : v)) : a
    this.cache.set(ref.at, { key, values: out })
    return out
  }

  viewOf(panel) {
    return this.zooms.get(panel.name ?? "") || panel.x
  }

  wake() {
    this.waiting ??= requestAnimationFrame((now) => {
      this.waiting = null
      if (!this.header || !this.colors) return
      const more = this.step?.(now)
      this.paint()
      if (more) this.wake()
    })
  }

  paint() {
    const width = this.root.querySelector(".film").clientWidth
    if (width < 40) return
    this.cells = cells(width, this.header)
    const height = Math.max(...this.cells.map((cell) => cell.y)) + this.header.height
    if (this.canvas.style.height !== `${height}px`) this.canvas.style.height = `${height}px`
    const [c] = sharpen(this.canvas)
    this.header.panels.forEach((panel, i) => drawPanel(c, this, panel, this.cells[i]))
    if (this.band) {
      const { x, to, box } = this.band
      c.fillStyle = alpha(this.colors.real, 0.18)
      c.fillRect(Math.min(x, to), box.y, Math.abs(to - x), box.h)
    }
    this.whole.hidden = !this.zooms.size
    this.canvas.dataset.frame = this.frame
  }

  // The panel and row under the pointer, and the place there.
  under({ offsetX, offsetY }) {
    for (const [i, cell] of (this.cells || []).entries())
      for (const [j, box] of cell.boxes.entries()) {
        const inside = offsetX >= box.x && offsetX <= box.x + box.w
        if (!inside || offsetY < box.y || offsetY > box.y + box.h) continue
        const panel = this.header.panels[i]
        const [view, range] = [this.viewOf(panel), panel.rows[j].y]
        return {
          i, panel, box, view,
          x: view[0] + ((offsetX - box.x) / box.w) * (view[1] - view[0]),
          y: range[0] + ((box.y + box.h - offsetY) / box.h) * (range[1] - range[0]),
        }
      }
    return null
  }

  down(event) {
    const found = this.under(event)
    if (!found || event.button || !event.isPrimary) return
    this.press = { ...found, from: event.offsetX, pointer: event.pointerId }
  }

  move(event) {
    const found = this.under(event)
    this.pointer = found && { x: found.x, name: found.panel.name ?? "" }
    if (this.press && Math.abs(event.offsetX - this.press.from) > SLIP) {
      this.canvas.setPointerCapture(this.press.pointer)
      const { box } = this.press
      const to = Math.max(box.x, Math.min(box.x + box.w, event.offsetX))
      this.band = { x: this.press.from, to, box }
    }
    this.wake()
  }

  up() {
    const { press, band } = this
    this.press = this.band = null
    if (band && Math.abs(band.to - band.x) > 2 * SLIP) {
      const at = (px) => press.view[0] + ((px - press.box.x) / press.box.w) * (press.view[1] - press.view[0])
      this.zooms.set(press.panel.name ?? "", [at(band.x), at(band.to)].sort((a, b) => a - b))
    } else if (press && this.header.clicks) {
      this.click({ panel: press.i, x: press.panel.log ? 10 ** press.x : press.x, y: press.y })
    }
    this.wake()
  }

  leave() {
    this.press = this.band = this.pointer = null
    this.wake()
  }

  keys(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (event.key === "Escape") this.whole.onclick()
    if (!by || !this.frames) return
    this.player.pause()
    this.player.to(Math.max(0, Math.min(this.frames - 1, this.frame + by)), 0)
    event.preventDefault()
  }
}

export default function (component) {
  const root = component.parentElement
  let film = films.get(root)
  if (!film) films.set(root, (film = new Film(root)))
  film.take(component)
}
