// Handles on the figure: where they are, and how a drag edits the model.

// A histogram's values are its two ends and then the bars' relative heights.
const barWidth = (v) => (v[1] - v[0]) / (v.length - 2)
const barAt = (v, i) => v[0] + (i + 0.5) * barWidth(v)
const barHeight = (v, index) => v[index] / (v.slice(2).reduce((sum, h) => sum + h, 0) * barWidth(v))

// The bar gets this density; the others keep their proportions.
function setBar(part, index, density) {
  const v = part.values
  const share = Math.min(0.95, Math.max(0, density * barWidth(v)))
  const others = v.reduce((sum, h, i) => (i < 2 || i === index ? sum : sum + h), 0)
  if (others > 0) v[index] = +((share * others) / (1 - share)).toPrecision(3)
}

// Handles: a disc moves a part, a bar widens it. `drag(x)` edits the model for a place x.
const GRIPS = {
  normal: (v) => [[v[0], "move", 0], [v[0] + v[1], "width", 1, (x) => Math.abs(x - v[0])]],
  laplace: (v) => [[v[0], "move", 0], [v[0] + v[1], "width", 1, (x) => Math.abs(x - v[0])]],
  student_t: (v) => [[v[1], "move", 1], [v[1] + v[2], "width", 2, (x) => Math.abs(x - v[1])]],
  uniform: (v) => [[v[0], "width", 0], [v[1], "width", 1]],
  histogram: (v) => v.slice(2).map((_, i) => [barAt(v, i), "bar", i + 2]),
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
        const height = kind === "bar"
          ? state.Y((part.weight ?? 1) * barHeight(part.values, index))
          : part.family === "point"
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
          drag: (place, level) => kind === "bar"
            ? setBar(part, index, level / (part.weight ?? 1))
            : setValue(part, index, inverse ? inverse(place) : place),
          owner: side,
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
