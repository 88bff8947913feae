// A picture of tiles, sharp at any size: a click enlarges one of them and keeps it while it trains.

const states = new WeakMap()

// The picture is decoded before the old one goes, so nothing flickers; late ones are dropped.
async function show(state, bytes) {
  const turn = (state.turn = (state.turn ?? 0) + 1)
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/webp" }))
  if (turn < (state.done ?? 0)) return picture.close()
  state.done = turn
  const { canvas } = state
  if (canvas.width !== picture.width) canvas.width = picture.width
  if (canvas.height !== picture.height) canvas.height = picture.height
  canvas.getContext("2d").drawImage(picture, 0, 0)
  picture.close()
  enlarge(state)
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

function create(root) {
  const state = {
    canvas: root.querySelector(".grid"),
    large: root.querySelector(".large"),
    chosen: null,
  }
  state.player = new Player(root.querySelector(".player"), (i) => {
    if (state.frames) show(state, state.frames[i])
  })
  state.canvas.onclick = (e) => {
    const { columns, rows } = state.header
    const column = Math.floor((e.offsetX / state.canvas.clientWidth) * columns)
    const row = Math.floor((e.offsetY / state.canvas.clientHeight) * rows)
    state.chosen = Math.min(rows - 1, row) * columns + Math.min(columns - 1, column)
    enlarge(state)
  }
  state.large.onclick = () => {
    state.chosen = null
    enlarge(state)
  }
  return state
}

export default function ({ data, parentElement }) {
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
  if (header.live || header.frames.length === 1) {
    state.player.bar.hidden = true
    state.player.frames = []
    if (state.shown !== last) show(state, state.frames.at(-1))
  } else {
    state.player.load(header.frames)
  }
  state.shown = last
  return unlessShown(parentElement, () => {
    state.player.pause()
    states.delete(parentElement)
  })
}
