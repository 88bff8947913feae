// Sliders, family menus and specs of both densities; a handle of the figure edits the same model.

const SIGNED = { p: ["p", "r", "real data"], q: ["p", "g", "generated"] }
const [MOST, LONGEST] = [100_000, 2_500_000] // numbers of a sample, and characters to write them
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
const text = (v) => String(+v.toPrecision(12))

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
  if (["uniform", "histogram"].includes(part.family) && high - low < 0.01) {
    // the end that is not being moved makes room
    if (index === 0) part.values[1] = +(low + 0.01).toFixed(2)
    else part.values[0] = +(high - 0.01).toFixed(2)
  }
}

function build(state) {
  const root = state.root.querySelector(".controls")
  state.rows = []
  const hint = make("p", { className: "hint", textContent: "On the figure: drag a disc to move a density, a bar to widen it, a square to raise a histogram's bar; empty space to pan. + and − zoom." })
  root.replaceChildren(...state.sides.map((side) => section(state, side)), hint)
}

function section(state, side) {
  const [letter, sub, role] = SIGNED[side.key]
  const label = `p ${sub}, ${role}`
  const menu = make("select", { ariaLabel: `Family of ${label}` })
  for (const [name, { title }] of Object.entries(state.header.choices))
    menu.append(make("option", { value: name, textContent: title, selected: name === side.family }))
  menu.onchange = () => {
    const chosen = state.header.choices[menu.value].spec
    side.pasting = !chosen // a sample: its numbers must come first
    form.hidden = Boolean(chosen)
    if (chosen) state.submit(side, { spec: chosen })
  }
  const spec = make("input", {
    className: "spec", value: side.spec, spellcheck: false, autocomplete: "off",
    ariaLabel: `${label}, as text`,
  })
  spec.onchange = () => state.submit(side, { spec: spec.value })
  const problem = make("p", { className: "problem", textContent: side.problem, hidden: !side.problem })
  problem.setAttribute("role", "alert")
  const box = make("section", { className: side.key })
  const name = make("strong", {}, make("i", { textContent: letter }), make("sub", { textContent: sub }))
  const form = sampleForm(state, side, label)
  box.append(make("header", {}, name, make("span", { textContent: role }), menu), spec, problem, form)
  side.view = { menu, spec, problem, form }
  side.parts.forEach((part, i) => {
    if (part.weight !== null) box.append(make("h4", { textContent: `${part.title} ${i + 1}` }))
    if (part.weight !== null) box.append(weightRow(state, side, i, label))
    part.sliders.forEach((slider, j) => box.append(row(state, side, part, j, label)))
  })
  if (side.parts.length) box.append(sizeButtons(state, side, label))
  return box
}

// One part more, beside the last, or one less; the weights keep their sum of 1.
function resize(state, side, by) {
  const { parts } = side
  if (by > 0) {
    const fresh = structuredClone(parts.at(-1))
    fresh.sliders.forEach(({ name }, i) => {
      if (["mean", "x", "low", "high"].includes(name)) fresh.values[i] += 1.5
    })
    parts.push(fresh)
  } else parts.pop()
  parts.forEach((part) => (part.weight = +(1 / parts.length).toFixed(4)))
  parts[0].weight = +(1 - (parts.length - 1) * parts[0].weight).toFixed(4)
  if (parts.length === 1) parts[0].weight = null
  build(state)
  state.edited(side, true)
}

function sizeButtons(state, side, label) {
  const many = side.parts.length
  const button = (text, by, able) => make("button", {
    type: "button", textContent: text, disabled: !able, ariaLabel: `${text} of ${label}`,
    onclick: () => resize(state, side, by),
  })
  return make("div", { className: "size" },
    button("Add a part", 1, many < 5), button("Remove the last", -1, many > 1))
}

// A table has one number a line; a line may also hold many.
function tooMany(text) {
  const count = (pattern) => text.match(pattern)?.length ?? 0
  return text.length > LONGEST || count(/\n/g) > MOST + 1 || (count(/\n/g) < 100 && count(/[^\s,;]+/g) > MOST)
}

// Numbers to paste or to upload. Too many are refused here, before they cross the network.
function sampleForm(state, side, label) {
  const area = make("textarea", {
    rows: 4, spellcheck: false, ariaLabel: `Numbers of ${label}`,
    placeholder: "Paste numbers: one a line, or with commas between",
  })
  const file = make("input", { type: "file", accept: ".csv,.txt,.tsv,text/plain,text/csv", ariaLabel: `File with numbers of ${label}` })
  const use = make("button", { type: "button", textContent: "Use these numbers" })
  const form = make("div", { className: "sample", hidden: side.family !== "sample" }, area, file, use)
  const refuse = () => {
    const { problem } = side.view
    problem.hidden = false
    problem.textContent = `That is more than the ${thousands(MOST)} numbers that a sample may have:` +
      " keep every tenth, or a random part. Nothing has changed."
  }
  const send = (text) => (tooMany(text) ? refuse() : state.submit(side, { sample: text }))
  area.onpaste = (event) => {
    if (!tooMany(event.clipboardData.getData("text"))) return
    event.preventDefault()
    refuse()
  }
  use.onclick = () => send(area.value)
  file.onchange = () => {
    const [chosen] = file.files
    file.value = "" // so that the same file can be chosen again once it is mended
    if (!chosen) return
    if (chosen.size > LONGEST) refuse()
    else chosen.text().then(send)
  }
  return form
}

function slide(state, side, { name, aria, min, max, step, get, set, show }) {
  const range = make("input", { type: "range", min, max, step, ariaLabel: aria })
  const output = make("output")
  const update = () => {
    range.value = get()
    const said = show()
    if (output.textContent === said) return // a new text, even the same one, is laid out anew
    output.textContent = said
    range.setAttribute("aria-valuetext", said)
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
    name: LABELS[slider.name] || slider.name,
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
