// Frames of a way through the latent space, played: there and back, or round and round.

const states = new WeakMap()
const SPEEDS = { "½×": 12, "1×": 24, "2×": 48 } // frames a second

class Reel {
  constructor(root) {
    this.root = root
    this.canvas = root.querySelector("canvas")
    this.button = root.querySelector("button")
    this.slider = root.querySelector("input")
    this.output = root.querySelector("output")
    this.speed = root.querySelector("select")
    this.sheet = new Sheet()
    this.at = 0 // frames, with their fraction
    this.way = 1
    this.button.onclick = () => this.turn(!this.playing)
    this.canvas.onclick = () => this.turn(!this.playing)
    this.slider.oninput = () => {
      this.turn(false)
      this.to(+this.slider.value)
    }
    this.canvas.onkeydown = (event) => this.keys(event)
    this.turn(false)
  }

  async take({ data }) {
    const { header, blob } = unpack(data)
    if (this.header?.scene === header.scene) return
    if (!(await this.sheet.take(blob("picture"), header.columns, header.size))) return
    const first = !this.header
    this.header = header
    this.slider.max = header.count - 1
    this.canvas.setAttribute("aria-label", header.label)
    this.canvas.dataset.frames = header.count
    if (first || this.at > header.count - 1) this.at = 0
    this.to(Math.floor(this.at))
    if (first && header.plays && !still.matches) this.turn(true)
  }

  to(at) {
    this.at = at
    const frame = Math.round(at) % this.header.count
    this.sheet.show(this.canvas, frame)
    this.canvas.dataset.frame = frame
    this.slider.value = frame
    this.output.textContent = `${frame + 1} of ${this.header.count}`
  }

  turn(on) {
    this.playing = on
    this.button.textContent = on ? "❚❚" : "▶"
    this.button.setAttribute("aria-label", on ? "Pause" : "Play")
    if (!on) return
    this.last = performance.now()
    requestAnimationFrame((now) => this.go(now))
  }

  go(now) {
    if (!this.playing || !this.canvas.isConnected) return
    const { count, round } = this.header
    let at = this.at + ((now - this.last) / 1000) * SPEEDS[this.speed.value] * this.way
    this.last = now
    if (round) at %= count
    else if (at >= count - 1 || at <= 0) {
      this.way = at <= 0 ? 1 : -1
      at = Math.max(0, Math.min(count - 1, at))
    }
    this.to(at)
    requestAnimationFrame((later) => this.go(later))
  }

  keys(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (event.key === " ") this.turn(!this.playing)
    else if (by) {
      this.turn(false)
      this.to((Math.round(this.at) + by + this.header.count) % this.header.count)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
}

export default function (component) {
  const root = component.parentElement
  let state = states.get(root)
  if (!state) states.set(root, (state = new Reel(root)))
  state.take(component)
}
