// Sliders, family menus and specs of both densities; a handle of the figure edits the same model.

const SIGNED = { p: ["p", "r", "real data"], q: ["p", "g", "generated"] }
const LABELS = {
  mean: "mean", std: "std σ", low: "from", high: "to", scale: "scale", df: "degrees of freedom",
  rate: "rate", shape: "shape", a: "a", b: "b", x: "place", weight: "weight",
}

function make(tag, props = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props)
  element.append(...children)
  return element
}

const round = (v, log) => (log ? +v.toPrecision(3) : +v.toFixed(2))
const text = (v) => String(+v.toPrecision(6))

function specOf(side) {
  const parts = side.parts.map((part) => `${part.family}(${part.values.map(text).join(",")})`)
  if (side.parts[0].weight === null) return parts[0]
  return `mixture(${parts.map((part, i) => `${side.parts[i].weight}*${part}`).join("+")})`
}

// Weights keep four decimals and their sum of 1: the others share what one of them leaves.
function reweigh(parts, index, value) {
  const rest = 1 - parts[index].weight
  parts.forEach((part, i) => {
    const share = rest > 0 ? part.weight / rest : 1 / (parts.length - 1)
    part.weight = +(i === index ? value : (1 - value) * share).toFixed(4)
  })
  const last = index === parts.length - 1 ? 0 : parts.length - 1
  const others = parts.reduce((sum, part, i) => (i === last ? sum : sum + part.weight), 0)
  parts[last].weight = +(1 - others).toFixed(4)
}

function setValue(part, index, value) {
  const slider = part.sliders[index]
  part.values[index] = round(Math.min(slider.max, Math.max(slider.min, value)), slider.log)
  const [low, high] = part.values
  if (part.family === "uniform" && high - low < 0.01) {
    // the end that is not being moved makes room
    if (index === 0) part.values[1] = +(low + 0.01).toFixed(2)
    else part.values[0] = +(high - 0.01).toFixed(2)
  }
}

function build(state) {
  const root = state.root.querySelector(".controls")
  state.rows = []
  const hint = make("p", { className: "hint", textContent: "On the figure: drag a disc to move a density, a bar to widen it." })
  root.replaceChildren(...state.sides.map((side) => section(state, side)), hint)
}

function section(state, side) {
  const [letter, sub, role] = SIGNED[side.key]
  const label = `p ${sub}, ${role}`
  const menu = make("select", { ariaLabel: `Family of ${label}` })
  for (const [name, { title }] of Object.entries(state.header.choices))
    menu.append(make("option", { value: name, textContent: title, selected: name === side.family }))
  menu.onchange = () => state.submit(side, state.header.choices[menu.value].spec)
  const spec = make("input", {
    className: "spec", value: side.spec, spellcheck: false, autocomplete: "off",
    ariaLabel: `${label}, as text`,
  })
  spec.onchange = () => state.submit(side, spec.value)
  const problem = make("p", { className: "problem", textContent: side.problem, hidden: !side.problem })
  problem.setAttribute("role", "alert")
  const box = make("section", { className: side.key })
  const name = make("strong", {}, make("i", { textContent: letter }), make("sub", { textContent: sub }))
  box.append(make("header", {}, name, make("span", { textContent: role }), menu), spec, problem)
  side.view = { menu, spec, problem }
  side.parts.forEach((part, i) => {
    if (part.weight !== null) box.append(make("h4", { textContent: `${part.title} ${i + 1}` }))
    if (part.weight !== null) box.append(weightRow(state, side, i, label))
    part.sliders.forEach((slider, j) => box.append(row(state, side, part, j, label)))
  })
  return box
}

function slide(state, side, { name, aria, min, max, step, get, set, show }) {
  const range = make("input", { type: "range", min, max, step, ariaLabel: aria })
  const output = make("output")
  const update = () => {
    range.value = get()
    output.textContent = show()
    range.setAttribute("aria-valuetext", output.textContent)
  }
  range.oninput = () => {
    set(+range.value)
    state.edited(side, false)
  }
  range.onchange = () => state.edited(side, true)
  update()
  state.rows.push(update)
  return make("label", { className: "row" }, make("span", { textContent: name }), range, output)
}

function row(state, side, part, index, label) {
  const slider = part.sliders[index]
  const { log } = slider
  const to = log ? Math.log10 : (v) => v
  const many = side.parts.length > 1 ? `, part ${side.parts.indexOf(part) + 1}` : ""
  return slide(state, side, {
    name: LABELS[slider.name],
    aria: `${slider.name} of ${label}${many}`,
    min: to(slider.min),
    max: to(slider.max),
    step: log ? 0.01 : 0.05,
    get: () => to(part.values[index]),
    set: (v) => setValue(part, index, log ? 10 ** v : v),
    show: () => short(part.values[index], 4),
  })
}

function weightRow(state, side, index, label) {
  return slide(state, side, {
    name: LABELS.weight,
    aria: `weight of ${label}, part ${index + 1}`,
    min: 0.01,
    max: 0.99,
    step: 0.01,
    get: () => side.parts[index].weight,
    set: (v) => reweigh(side.parts, index, v),
    show: () => short(side.parts[index].weight, 3),
  })
}

// Handles: a disc moves a part, a bar widens it. `drag(x)` edits the model for a place x.
const GRIPS = {
  normal: (v) => [[v[0], "move", 0], [v[0] + v[1], "width", 1, (x) => Math.abs(x - v[0])]],
  laplace: (v) => [[v[0], "move", 0], [v[0] + v[1], "width", 1, (x) => Math.abs(x - v[0])]],
  student_t: (v) => [[v[1], "move", 1], [v[1] + v[2], "width", 2, (x) => Math.abs(x - v[1])]],
  uniform: (v) => [[v[0], "width", 0], [v[1], "width", 1]],
  exponential: (v) => [[1 / v[0], "width", 0, (x) => 1 / Math.max(x, 1e-9)]],
  gamma: (v) => [[v[0] * v[1], "width", 1, (x) => x / v[0]]],
  beta: () => [],
  point: (v) => [[v[0], "move", 0]],
}

function findGrips(state, box, X) {
  state.grips = []
  for (const side of state.sides) {
    const y = side.key === "p" ? state.curves.p : state.curves.q
    for (const part of side.parts) {
      for (const [x, kind, index, inverse] of GRIPS[part.family](part.values)) {
        const stem = side.stems.find(([place]) => part.family === "point" && Math.abs(place - x) < 1e-9)
        const height = part.family === "point"
          ? tipOf(state, box, stem ? stem[1] : part.weight ?? 1) + 22
          : state.Y(part.family === "uniform" ? inside(state.curves.x, y, part.values) / 2
                                              : at(state.curves.x, y, x))
        let [px, aside] = [X(x), 0]
        if (px < box.x || px > box.x + box.w) continue
        // a narrow density's bar steps aside, so that its disc stays within reach
        const near = state.grips.some((g) => g.owner === side && Math.abs(g.x - px) < 15)
        if (near && kind === "width") [px, aside] = [px + 18, 18]
        state.grips.push({
          side: side.key, kind, x: px, y: Math.max(box.y + 12 + aside, Math.min(box.y + box.h, height)),
          drag: (place) => setValue(part, index, inverse ? inverse(place) : place), owner: side,
          id: `${side.key}${side.parts.indexOf(part)}${index}`,
        })
      }
    }
  }
}

function at(xs, ys, x) {
  let i = 1
  while (i < xs.length - 1 && xs[i] < x) i++
  const t = Math.min(1, Math.max(0, (x - xs[i - 1]) / (xs[i] - xs[i - 1] || 1)))
  return ys[i - 1] + t * (ys[i] - ys[i - 1])
}

const inside = (xs, ys, [low, high]) => at(xs, ys, (low + high) / 2)
