// The film strip below a grid: a few moments of the run side by side, each with the same tiles, so
// that a row is one latent followed through training. A click goes to that moment.

const MOMENTS = 8
const FOLLOWED = 3 // tiles, one below the other

// Frames from the first to the last, evenly, each once.
function momentsOf(count) {
  const most = Math.min(MOMENTS, count)
  return [...Array(most).keys()].map((i) => Math.round((i * (count - 1)) / Math.max(1, most - 1)))
}

// Which tiles are followed: the enlarged one and the two after it, or the first ones.
function followed({ chosen, header }) {
  const all = header.columns * header.rows
  return [...Array(Math.min(FOLLOWED, all)).keys()].map((i) => ((chosen ?? 0) + i) % all)
}

async function drawStrip(state) {
  const { strip, header, frames } = state
  if (strip.hidden) return
  const tiles = followed(state)
  const key = [header.run, frames.length, header.frames.at(-1), tiles].join()
  if (key === state.drawn) return
  state.drawn = key
  const picks = momentsOf(frames.length)
  const pictures = await Promise.all(picks.map((i) => createImageBitmap(parts(frames[i]).picture)))
  if (key === state.drawn) {
    const stills = picks.map((frame, i) => moment(state, frame, pictures[i], tiles))
    strip.replaceChildren(...stills)
  }
  pictures.forEach((picture) => picture.close())
  markMoment(state, +state.player.slider.value)
}

function moment(state, frame, picture, tiles) {
  const { columns, size, frames } = state.header
  const button = document.createElement("button")
  const canvas = document.createElement("canvas")
  Object.assign(canvas, { width: size, height: size * tiles.length })
  const c = canvas.getContext("2d")
  tiles.forEach((tile, row) => {
    const [x, y] = [(tile % columns) * size, Math.floor(tile / columns) * size]
    c.drawImage(picture, x, y, size, size, 0, row * size, size, size)
  })
  const label = document.createElement("span")
  const step = frames[frame][0]
  label.textContent = step < 10000 ? thousands(step) : `${short(step / 1000)}k`
  Object.assign(button, { type: "button", title: `Go to step ${thousands(step)}` })
  button.setAttribute("aria-label", button.title)
  button.dataset.frame = frame
  button.append(canvas, label)
  button.onclick = () => {
    state.player.pause()
    state.player.to(frame, 0)
    state.player.rest(frame)
  }
  return button
}

// The last moment that the frame shown has reached.
function markMoment(state, index) {
  const all = [...state.strip.children]
  const reached = all.filter((button) => +button.dataset.frame <= index).at(-1)
  for (const button of all) {
    if (button === reached) button.setAttribute("aria-current", "step")
    else button.removeAttribute("aria-current")
  }
}
