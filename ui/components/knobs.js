// Sliders that change a picture while they move: one message in flight, the latest wins. They go to
// Python as "steps" = {values, seq, done}, and its answer echoes the seq.

const states = new WeakMap()
const PATIENCE = 2500 // ms after which an answer is taken for lost

class Knobs {
  constructor(root) {
    const part = (name) => root.querySelector(name)
    this.figure = part("figure")
    this.canvas = part(".now")
    this.before = part(".before")
    this.list = part(".knobs")
    this.sheet = new Sheet()
    this.first = new Sheet()
    this.seq = 0
    this.flying = null
    this.updates = 0
    part(".reset").onclick = () => {
      this.rows.forEach(({ input }) => (input.value = 0))
      this.changed(true)
    }
  }

  async take({ data, setStateValue }) {
    const { header, blob } = unpack(data)
    this.send = (value) => setStateValue("steps", value)
    const same = JSON.stringify(this.header?.labels) === JSON.stringify(header.labels)
    const heard = header.seq >= (this.flying ?? 0)
    const fresh = this.header?.scene !== header.scene
    this.header = header
    if (!same) this.build()
    if (fresh || !this.rows.some(({ input }) => input.matches(":active"))) {
      if (fresh || (this.flying === null && !this.next)) this.write(header.values)
    }
    if (fresh && this.flying === null) this.seq = Math.max(this.seq, header.seq)
    if (this.flying !== null && heard) this.landed()
    if (fresh && (await this.first.take(blob("before"), 1, header.size))) this.first.show(this.before, 0)
    if (!(await this.sheet.take(blob("picture"), 1, header.size))) return
    this.sheet.show(this.canvas, 0)
    this.updates += 1
    this.canvas.dataset.updates = this.updates
    this.canvas.setAttribute("aria-label", header.label)
  }

  build() {
    this.list.replaceChildren()
    this.rows = this.header.labels.map((label, i) => {
      const row = document.createElement("label")
      row.className = "knob"
      row.innerHTML = '<span></span><input type="range"><output></output>'
      const [span, input, output] = row.children
      span.textContent = label
      const reach = this.header.reach
      Object.assign(input, { min: -reach, max: reach, step: 0.1, value: 0, ariaLabel: label })
      input.oninput = () => this.changed(false)
      input.onchange = () => this.changed(true)
      row.ondblclick = () => {
        input.value = 0
        this.changed(true)
      }
      this.list.append(row)
      return { input, output, i }
    })
  }

  write(values) {
    this.rows.forEach(({ input }, i) => (input.value = values[i] ?? 0))
    this.say()
  }

  say() {
    for (const { input, output } of this.rows) output.textContent = short(+input.value || 0)
  }

  changed(done) {
    this.say()
    const values = this.rows.map(({ input }) => +input.value)
    if (this.flying !== null) {
      this.next = { values, done: done || Boolean(this.next?.done) }
      return
    }
    this.post({ values, done })
  }

  post(what) {
    this.flying = ++this.seq
    this.timer = setTimeout(() => this.landed(), PATIENCE)
    this.send({ ...what, seq: this.seq })
  }

  landed() {
    clearTimeout(this.timer)
    this.flying = null
    const { next } = this
    this.next = null
    if (next) this.post(next)
  }
}

export default function (component) {
  const root = component.parentElement
  let state = states.get(root)
  if (!state) states.set(root, (state = new Knobs(root)))
  state.take(component)
}
