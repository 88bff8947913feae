// The arena's own controls: layers, zoom, read-out; and what Streamlit calls with new bytes.

function drawLegend(state) {
  const { scene, to, on } = state
  for (const name of LAYERS) {
    const chip = chipOf(state, name)
    chip.hidden = ["modes", "mesh", "arrows"].includes(name) && !scene[name] ||
      ["source", "carried"].includes(name) && !scene.source
    chip.style.setProperty("--em", state.colors.em)
    chip.setAttribute("aria-pressed", on[name])
  }
  const [low, high] = to.ends
  const title = { probability: "D(x)", critic: "Critic", energy: "Error" }[scene.head]
  chipOf(state, "field").querySelector("span").textContent =
    `${title} ${short(low, 2)} to ${short(high, 2)}`
  chipOf(state, "arrows").querySelector("span").textContent = `Gradient ${short(to.strength[0], 2)}`
  chipOf(state, "mesh").title = meshWords(scene.latent)
  if (scene.source) {
    chipOf(state, "carried").querySelector("span").textContent =
      `Transport ${short(meanCarried(state), 2)}`
  }
}

// The mean length of the arrows from x to G(x, z), in the data's units.
function meanCarried({ source, to, scene }) {
  const [x0, x1] = scene.extent
  let sum = 0
  for (let i = 0; i < source.length; i += 2) {
    sum += Math.hypot(to.points[i] - source[i], to.points[i + 1] - source[i + 1])
  }
  return sum / (source.length / 2) * (x1 - x0)
}

const chipOf = (state, name) => state.root.querySelector(`[data-layer=${name}]`)

function meshWords(latent) {
  const equal = "each part holds the same share of all z, so where it is small, samples are dense"
  if (latent === 1) return `All of z, a single number, as G maps it: ${equal}.`
  const rest = latent > 2 ? `, in the first two of ${latent} coordinates, the others 0` : ""
  return `A regular grid of z as G maps it${rest}: ${equal}.`
}

function describe(state, header) {
  const { scene } = state
  const now = performance.now()
  if (now - (state.described || -1e9) < 900 && header.live) return
  state.described = now
  const [low, high] = state.to.ends
  const pull = scene.arrows
    ? ` The gradient that moves them has a mean size of ${short(state.to.strength[0], 2)}.` : ""
  const carried = scene.source
    ? ` Arrows lead from source points to them, ${short(meanCarried(state), 2)} long on average.` : ""
  state.canvas.setAttribute(
    "aria-label",
    `Step ${thousands(header.frames.at(-1)[0])}: ${scene.points} generated points among real` +
      ` ones; the discriminator's output ranges from ${short(low)} to ${short(high)}.${pull}${carried}`,
  )
}

function zoomBy(state, factor, u = state.view.x, v = state.view.y) {
  const zoom = Math.min(40, Math.max(1, state.view.zoom * factor))
  const room = 0.5 / zoom // the view never leaves the square
  const hold = (a) => Math.min(1 - room, Math.max(room, a))
  state.view = { zoom, x: hold(u), y: hold(v) }
  state.canvas.style.cursor = zoom > 1 ? "grab" : "crosshair"
  wake(state)
}

function readOut(state, event) {
  const { canvas, scene, shown, tip } = state
  if (!shown) return
  const m = mapping(state, canvas.clientWidth, canvas.clientHeight)
  const [u, v] = [m.ux(event.offsetX), m.uy(event.offsetY)]
  const side = scene.field
  const cell = (a) => Math.round(Math.min(1, Math.max(0, a)) * (side - 1))
  const [low, high] = shown.ends
  const value = low + shown.field[cell(v) * side + cell(u)] * (high - low)
  const [x0, x1, y0, y1] = scene.extent
  const [x, y] = [x0 + u * (x1 - x0), y0 + v * (y1 - y0)]
  tip.textContent = `x ${short(x)}  y ${short(y)}  D ${short(value)}`
  tip.hidden = false
}

function listen(state) {
  const { canvas, root } = state
  let grip = null
  canvas.onpointerdown = (e) => {
    if (state.view.zoom === 1) return
    grip = { x: e.offsetX, y: e.offsetY, view: state.view }
    canvas.setPointerCapture(e.pointerId)
  }
  canvas.onpointerup = () => (grip = null)
  canvas.onpointerleave = () => (state.tip.hidden = true)
  canvas.onpointermove = (e) => {
    if (!grip) return readOut(state, e)
    const { zoom, x, y } = grip.view
    const u = x - (e.offsetX - grip.x) / (zoom * canvas.clientWidth)
    const v = y + (e.offsetY - grip.y) / (zoom * canvas.clientHeight)
    zoomBy(state, 1, u, v)
  }
  canvas.ondblclick = (e) => {
    const m = mapping(state, canvas.clientWidth, canvas.clientHeight)
    zoomBy(state, e.shiftKey ? 0.4 : 2.5, m.ux(e.offsetX), m.uy(e.offsetY))
  }
  root.querySelector(".in").onclick = () => zoomBy(state, 1.8)
  root.querySelector(".out").onclick = () => zoomBy(state, 1 / 1.8)
  for (const name of LAYERS) {
    chipOf(state, name).onclick = () => {
      state.on[name] = !state.on[name]
      drawLegend(state)
      wake(state)
    }
  }
}

function create(root) {
  const state = {
    root,
    canvas: root.querySelector("canvas"),
    tip: root.querySelector(".tip"),
    patch: document.createElement("canvas"),
    view: { x: 0.5, y: 0.5, zoom: 1 },
    on: {
      real: true, fake: true, arrows: true, field: true, lines: true, mesh: false, modes: true,
      source: false, carried: false,
    },
    gap: 200,
  }
  state.player = new Player(root.querySelector(".player"), (i, glide) => {
    if (!state.all) return
    glideTo(state, readFrame(state.all, state.scene, state.places[i]), glide)
    drawLegend(state)
  }, (i) => state.rest(i))
  state.observer = new ResizeObserver(() => wake(state))
  state.observer.observe(state.canvas)
  listen(state)
  return state
}

export default function ({ data, parentElement, setStateValue }) {
  const state = states.get(parentElement) ?? create(parentElement)
  states.set(parentElement, state)
  const { header, blob } = unpack(data)
  const other = state.run !== header.run
  const now = performance.now()
  if (other) Object.assign(state, { run: header.run, shown: null, from: null, seen: 0 })
  state.colors = palette(state.canvas)
  const carries = Boolean(header.scene.source)
  if (carries !== Boolean(state.scene?.source)) { // two kinds of arrows at once are a thicket
    Object.assign(state.on, { source: carries, carried: carries, arrows: !carries })
  }
  state.scene = header.scene
  state.patch.width = state.patch.height = header.scene.field
  const [x0, x1, y0, y1] = header.scene.extent
  state.canvas.style.aspectRatio = `${x1 - x0} / ${y1 - y0}`
  state.real = Float32Array.from(blob("real", Uint16Array), (v) => v / 65535)
  state.source = Float32Array.from(blob("source", Uint16Array), (v) => v / 65535)
  state.all = blob("frames")
  state.places = placesOf(header.frames)
  const step = header.frames.at(-1)[0]
  if (header.live) {
    if (other || step !== state.step) {
      if (state.seen) state.gap += 0.3 * (Math.min(1000, now - state.seen) - state.gap)
      state.seen = now
      glideTo(state, readFrame(state.all, state.scene, state.places[0]), state.shown ? state.gap * 1.15 : 0)
    } else wake(state)
    state.player.bar.hidden = true
    state.player.frames = []
  } else {
    loadFilm(state, header, setStateValue)
    wake(state)
  }
  state.step = state.canvas.dataset.step = step
  drawLegend(state)
  describe(state, header)
  return unlessShown(parentElement, () => {
    state.player.pause()
    state.observer.disconnect()
    cancelAnimationFrame(state.waiting)
    states.delete(parentElement)
  })
}
