// Small moving pictures of the home page: one canvas, one recorded scene (see home_scenes.js).
// `data` is one block of bytes from home.py: u32 header length, JSON header (the card's words and
// the scene), then the arrays it names. Every number drawn was computed by gan_core; this code only draws.

const READERS = { u1: Uint8Array, u2: Uint16Array, f4: Float32Array, webp: Uint8Array }
const states = new WeakMap()

function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  const body = bytes.slice(4 + length).buffer // a buffer of its own: typed arrays must be aligned
  const scene = { ...header, arrays: {} }
  for (const [name, { kind, offset, count }] of Object.entries(header.arrays)) {
    scene.arrays[name] = new READERS[kind](body, offset, count)
  }
  return scene
}

function palette(host) {
  const style = getComputedStyle(host)
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback
  const background = read("--st-background-color", "#ffffff")
  const probe = document.createElement("canvas").getContext("2d")
  probe.fillStyle = background
  probe.fillRect(0, 0, 1, 1)
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data
  const dark = 0.3 * r + 0.6 * g + 0.1 * b < 128
  return {
    dark, background,
    text: read("--st-text-color", dark ? "#fafafa" : "#1f2937"),
    font: read("--st-font", "sans-serif"),
    real: dark ? "#60a5fa" : "#2563eb",
    fake: dark ? "#fb923c" : "#d9480f",
    d: dark ? "#a78bfa" : "#7c3aed",
    em: dark ? "#2dd4bf" : "#0f766e",
    soft: dark ? "rgba(255,255,255,.16)" : "rgba(15,23,42,.14)",
  }
}

function paint(state, now) {
  const { canvas, scene } = state
  const ratio = Math.min(devicePixelRatio || 1, 2)
  const [w, h] = [canvas.clientWidth, canvas.clientHeight]
  if (!w || !h) return
  if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
    canvas.width = Math.round(w * ratio)
    canvas.height = Math.round(h * ratio)
  }
  const c = canvas.getContext("2d")
  c.setTransform(ratio, 0, 0, ratio, 0, 0)
  c.clearRect(0, 0, w, h)
  Object.assign(scene, { w, h, colors: state.colors, still: state.still.matches })
  DRAW[scene.draw](c, scene, Math.max(0, now - state.start) / 1000)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const [link, canvas] = ["a", "canvas"].map((name) => parentElement.querySelector(name))
  let state = states.get(parentElement)
  if (!state) {
    state = { canvas, still: matchMedia("(prefers-reduced-motion: reduce)"), visible: true }
    states.set(parentElement, state)
    state.start = performance.now()
    state.last = 0
    const loop = (now) => {
      state.request = requestAnimationFrame(loop)
      if (!state.visible || state.still.matches || now - state.last < 33) return
      state.last = now
      paint(state, now)
    }
    const redraw = () => paint(state, performance.now())
    state.sizes = new ResizeObserver(redraw)
    state.sizes.observe(canvas)
    state.seen = new IntersectionObserver(([entry]) => { state.visible = entry.isIntersecting })
    state.seen.observe(canvas)
    state.still.addEventListener("change", redraw)
    state.stop = () => {
      cancelAnimationFrame(state.request)
      state.sizes.disconnect()
      state.seen.disconnect()
      state.still.removeEventListener("change", redraw)
      states.delete(parentElement)
    }
    state.request = requestAnimationFrame(loop)
  }
  state.colors = palette(canvas)
  if (state.bytes?.length !== data.length) {
    state.bytes = data
    state.scene = unpack(data)
    canvas.setAttribute("aria-label", state.scene.label)
    link.href = new URL(state.scene.page, location.href).pathname
    link.querySelector("strong").textContent = state.scene.title
    link.querySelector("span").textContent = state.scene.line
    const sheet = state.scene.arrays.sheet
    const scene = state.scene
    if (sheet) {
      createImageBitmap(new Blob([sheet], { type: "image/webp" })).then((image) => {
        scene.sheet = image
        paint(state, performance.now())
      })
    }
  }
  link.onclick = (event) => { // a plain click changes the page without a reload
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
    event.preventDefault()
    setTriggerValue("open", true)
  }
  paint(state, performance.now())
  return state.stop
}
