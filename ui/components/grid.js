// A picture of tiles, sharp at any size: a click enlarges one of them and keeps it while it trains.
// Of several frames it is a film, with a strip of stills below (grid_strip.js); where frames carry
// D's opinions (gan_core/runs/tiles.py), a switch writes them onto the tiles.

const states = new WeakMap()

// A WebP file says its own length; what follows it is a number for each tile, or nothing.
function parts(bytes) {
  const length = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true)
  const rest = bytes.slice(length)
  return {
    picture: new Blob([bytes.subarray(0, length)], { type: "image/webp" }),
    scores: new Float32Array(rest.length % 4 ? 0 : rest.buffer),
  }
}

// The picture is decoded before the old one goes, so nothing flickers; late ones are dropped.
async function show(state, bytes) {
  const turn = (state.turn = (state.turn ?? 0) + 1)
  const found = parts(bytes)
  const picture = await createImageBitmap(found.picture)
  if (turn < (state.done ?? 0)) return picture.close()
  state.done = turn
  const { canvas } = state
  if (canvas.width !== picture.width) canvas.width = picture.width
  if (canvas.height !== picture.height) canvas.height = picture.height
  canvas.getContext("2d").drawImage(picture, 0, 0)
  picture.close()
  state.scores = found.scores
  enlarge(state)
  writeScores(state)
}

function enlarge(state) {
  const { canvas, large, chosen, header } = state
  large.hidden = chosen == null
  if (chosen == null) return
  const { columns, size } = header
  large.width = large.height = size
  const [x, y] = [(chosen % columns) * size, Math.floor(chosen / columns) * size]
  large.getContext("2d").drawImage(canvas, x, y, size, size, 0, 0, size, size)
}

const SAYS = { probability: "D(G(z))", critic: "Critic", energy: "Error" }

// What D says of each tile, in its lower left corner.
function writeScores(state) {
  const { header, scores, marks, chip, on } = state
  const known = scores?.length > 0
  chip.parentElement.hidden = !header.scores || !(known || header.frames.length > 1)
  chip.setAttribute("aria-pressed", on)
  const mean = known ? scores.reduce((a, b) => a + b, 0) / scores.length : NaN
  chip.querySelector("span").textContent = `${SAYS[header.scores]} ${short(mean, 2)}`
  chip.style.setProperty("--dot", palette(state.canvas).d)
  marks.hidden = !on || !known
  if (marks.hidden) return
  const [c, w, h] = sharpen(marks)
  const [wide, high] = [w / header.columns, h / header.rows]
  const line = Math.max(9, Math.min(11, wide / 4.5))
  c.font = `600 ${line}px ${palette(state.canvas).font}`
  c.textBaseline = "middle"
  scores.forEach((value, i) => {
    const text = header.scores === "probability" ? value.toFixed(2) : short(value, 2)
    const [x, y] = [(i % header.columns) * wide, (Math.floor(i / header.columns) + 1) * high]
    c.fillStyle = "rgba(15, 19, 27, .78)"
    c.fillRect(x, y - line - 2, c.measureText(text).width + 5, line + 2)
    c.fillStyle = "#ffffff"
    c.fillText(text, x + 2.5, y - line / 2 - 0.5)
  })
}

function create(root) {
  const state = {
    canvas: root.querySelector(".grid"),
    large: root.querySelector(".large"),
    marks: root.querySelector(".marks"),
    chip: root.querySelector("[data-layer=scores]"),
    strip: root.querySelector(".strip"),
    chosen: null,
    on: false,
  }
  state.player = new Player(root.querySelector(".player"), (i) => {
    if (!state.frames) return
    show(state, state.frames[i])
    markMoment(state, i)
  }, (i) => state.rest(i))
  state.canvas.onclick = (e) => {
    const { columns, rows } = state.header
    const column = Math.floor((e.offsetX / state.canvas.clientWidth) * columns)
    const row = Math.floor((e.offsetY / state.canvas.clientHeight) * rows)
    state.chosen = Math.min(rows - 1, row) * columns + Math.min(columns - 1, column)
    enlarge(state)
    drawStrip(state)
  }
  state.large.onclick = () => {
    state.chosen = null
    enlarge(state)
    drawStrip(state)
  }
  state.chip.onclick = () => {
    state.on = !state.on
    writeScores(state)
  }
  state.observer = new ResizeObserver(() => state.header && writeScores(state))
  state.observer.observe(state.canvas)
  return state
}

export default function ({ data, parentElement, setStateValue }) {
  const state = states.get(parentElement) ?? create(parentElement)
  states.set(parentElement, state)
  const { header, blob } = unpack(data)
  if (state.run !== header.run) Object.assign(state, { run: header.run, shown: null })
  state.header = header
  state.canvas.style.aspectRatio = `${header.columns} / ${header.rows}`
  state.canvas.setAttribute("aria-label", header.label)
  const all = blob("pictures")
  let at = 0
  state.frames = header.frames.map(([, , length]) => all.subarray(at, (at += length)))
  const last = header.frames.at(-1)[0]
  const film = !header.live && header.frames.length > 1
  if (film) loadFilm(state, header, setStateValue)
  else {
    state.player.bar.hidden = true
    state.player.frames = []
    if (state.shown !== last) show(state, state.frames.at(-1))
  }
  state.shown = film ? null : last
  state.strip.hidden = !film || !header.strip
  if (!state.strip.hidden) drawStrip(state)
  return unlessShown(parentElement, () => {
    state.player.pause()
    state.observer.disconnect()
    states.delete(parentElement)
  })
}
