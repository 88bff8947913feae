// Several runs in step: one scrubber over training steps or seconds moves every panel.

const walls = new WeakMap()
const TICKS = 240 // places of the scrubber
const KEPT = 480 // frames of one run that a live view holds before it drops every other
const COLUMNS = [1, 1, 2, 3, 4, 3, 3, 4, 4, 5] // by the number of panels, where there is room

class Wall {
  constructor(root) {
    this.root = root
    this.panels = new Map()
    this.axis = "step"
    this.on = { real: true, fake: true, field: true }
    this.follow = true // shows the newest frames, until somebody scrubs back
    const bar = root.querySelector(".player")
    this.player = new Player(bar, (tick, glide) => this.seek(tick, glide))
    this.box = root.querySelector(".panels")
    for (const button of root.querySelectorAll("[data-axis]"))
      button.onclick = () => this.measure(button.dataset.axis)
    for (const button of root.querySelectorAll("[data-layer]"))
      button.onclick = () => {
        this.on[button.dataset.layer] = !this.on[button.dataset.layer]
        this.legend()
        this.wake()
      }
    this.observer = new ResizeObserver(() => this.wake())
    this.observer.observe(this.box)
    this.watch = setInterval(() => this.themed(), 700)
    this.tick = TICKS
    this.legend()
  }

  take({ header, blob }) {
    const frames = blob("frames")
    this.live = header.live
    const named = new Set(header.runs.map((run) => run.id))
    for (const [id, panel] of this.panels) {
      if (named.has(id)) continue
      panel.figure.remove()
      this.panels.delete(id)
    }
    for (const run of header.runs) {
      const panel = this.panels.get(run.id) ?? this.panel(run)
      this.box.append(panel.figure) // in the order given
      panel.run = run
      panel.name.textContent = run.label
      panel.note = run.note
      if (run.extent) this.collect(panel, run, frames, blob, header.whole)
    }
    this.box.style.setProperty("--columns", COLUMNS[this.panels.size] ?? 5)
    this.player.load(this.labels())
    this.player.bar.hidden = this.span("step") <= 0
    if (this.follow && !this.player.timer) this.newest()
    this.themed()
    this.wake()
  }

  panel(run) {
    const figure = document.createElement("figure")
    figure.innerHTML = '<figcaption><b></b><span></span></figcaption><canvas role="img"></canvas>'
    const canvas = figure.querySelector("canvas")
    const made = {
      figure, canvas, name: figure.querySelector("b"), words: figure.querySelector("span"),
      patch: document.createElement("canvas"), film: [], shown: null,
    }
    this.panels.set(run.id, made)
    return made
  }

  // New frames join the film; a whole film replaces it.
  collect(panel, run, bytes, blob, whole) {
    const [x0, x1, y0, y1] = run.extent
    panel.canvas.style.aspectRatio = `${x1 - x0} / ${y1 - y0}`
    panel.real = Float32Array.from(blob(`real${run.real}`, Uint16Array), (v) => v / 65535)
    if (whole) panel.film = []
    const last = () => panel.film.at(-1)?.step ?? -1
    run.frames.forEach(([step], i) => {
      if (step > last()) panel.film.push(readFrame(bytes, run, i))
    })
    if (panel.film.length > KEPT) panel.film = panel.film.filter((_, i) => i % 2 || i === 0)
  }

  span(axis) {
    return Math.max(0, ...[...this.panels.values()].map((p) => p.film.at(-1)?.[axis] ?? 0))
  }

  labels() {
    const end = this.span(this.axis)
    const say = (v) => (this.axis === "step" ? `step ${thousands(v)}` : `${v.toFixed(1)} s`)
    return Array.from({ length: TICKS + 1 }, (_, i) => say((end * i) / TICKS))
  }

  measure(axis) {
    this.axis = axis
    this.legend()
    const { tick } = this
    this.player.load(this.labels()) // which goes to its end, as its labels are others
    this.player.to(tick, 0)
  }

  newest() {
    const late = this.player
    late.slider.value = this.tick = TICKS
    late.label(TICKS)
    this.from = this.to = TICKS
    const now = performance.now()
    for (const panel of this.panels.values()) {
      const end = panel.film.at(-1) ?? null
      if (panel.end === end) continue
      panel.start = this.live && !still.matches ? panel.shown : null
      const gap = Math.min(900, now - (panel.began ?? now))
      Object.assign(panel, { end, began: now, lasts: 1.15 * gap })
    }
  }

  seek(tick, glide) {
    this.follow = tick >= TICKS
    this.from = glide && !still.matches ? (this.at ?? tick) : tick
    Object.assign(this, { to: tick, tick, moved: performance.now(), glide })
    for (const panel of this.panels.values()) panel.end = null
    this.wake()
  }

  wake() {
    this.waiting ??= requestAnimationFrame((now) => {
      this.waiting = null
      if (this.colors && this.paint(now)) this.wake()
    })
  }

  // Draws every panel; whether something still moves.
  paint(now) {
    const t = this.from === this.to ? 1 : Math.min(1, (now - this.moved) / this.glide)
    this.at = this.from + (this.to - this.from) * t
    const moment = (this.span(this.axis) * this.at) / TICKS
    let more = t < 1
    for (const panel of this.panels.values()) {
      if (panel.end) {
        const u = panel.start ? Math.min(1, (now - panel.began) / panel.lasts) : 1
        panel.shown = u < 1 ? between(panel.start, panel.end, u) : panel.end
        more ||= u < 1
      } else panel.shown = frameAt(panel.film, this.axis, moment)
      drawPanel(panel, this.colors, this.on)
      this.caption(panel)
    }
    this.root.querySelector(".wall").dataset.tick = this.at
    return more
  }

  caption(panel) {
    const { shown } = panel
    const ended = shown && shown === panel.film.at(-1)
    const place = shown ? `step ${thousands(shown.step)} · ${shown.seconds.toFixed(1)} s` : ""
    panel.words.textContent = [place, ended || !shown ? panel.note : ""].filter(Boolean).join(" · ")
    panel.canvas.dataset.step = shown ? Math.round(shown.step) : ""
    const said = `${panel.run.label}: ${panel.words.textContent}`
    if (performance.now() - (panel.said ?? -1e9) > 900) {
      panel.said = performance.now()
      panel.canvas.setAttribute("aria-label", said)
    }
  }

  legend() {
    for (const button of this.root.querySelectorAll("[data-layer]"))
      button.setAttribute("aria-pressed", this.on[button.dataset.layer])
    for (const button of this.root.querySelectorAll("[data-axis]"))
      button.setAttribute("aria-pressed", button.dataset.axis === this.axis)
  }

  themed() {
    const colors = palette(this.root.querySelector(".wall"))
    if (this.colors?.background === colors.background) return
    this.colors = colors
    this.wake()
  }

  end() {
    this.player.pause()
    this.observer.disconnect()
    clearInterval(this.watch)
    cancelAnimationFrame(this.waiting)
  }
}

export default function ({ data, parentElement }) {
  const wall = walls.get(parentElement) ?? new Wall(parentElement)
  walls.set(parentElement, wall)
  wall.take(unpack(data))
  return unlessShown(parentElement, () => {
    wall.end()
    walls.delete(parentElement)
  })
}
