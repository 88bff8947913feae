// Tiles that are kept: small pictures with names that can be written, and a way to let each go.
// Told as "told" = {do: "name" | "unpin" | "show", tile, text, at}.

const states = new WeakMap()

class Pins {
  constructor(root) {
    this.list = root.querySelector(".pins")
    this.sheet = new Sheet()
    this.count = 0
    this.items = new Map()
  }

  async take({ data, setTriggerValue }) {
    const { header, blob } = unpack(data)
    this.send = (what) => setTriggerValue("told", { ...what, at: ++this.count })
    const fresh = this.scene !== header.scene
    const seen = header.size > 0
    if (fresh && seen && !(await this.sheet.take(blob("picture"), header.columns, header.size))) return
    this.scene = header.scene
    this.header = header
    const wanted = new Set(header.tiles.map(({ tile }) => tile))
    for (const [tile, item] of this.items) {
      if (wanted.has(tile)) continue
      item.remove()
      this.items.delete(tile)
    }
    header.tiles.forEach(({ tile, name }, i) => {
      const item = this.items.get(tile) ?? this.make(tile)
      const field = item.querySelector("input")
      if (!field.matches(":focus")) field.value = name
      const thumb = item.querySelector(".thumb")
      thumb.hidden = !seen
      thumb.disabled = !header.shows
      if (seen) this.sheet.show(thumb.firstChild, i)
      this.list.append(item)
    })
    this.list.dataset.pins = header.tiles.map(({ tile }) => tile).join()
  }

  make(tile) {
    const item = document.createElement("li")
    item.innerHTML =
      '<button type="button" class="thumb"><canvas></canvas></button>' +
      '<button type="button" class="away">×</button><input type="text" maxlength="24">'
    const [thumb, away, field] = item.children
    thumb.title = thumb.ariaLabel = `Show tile ${tile}`
    thumb.onclick = () => this.send({ do: "show", tile })
    away.title = away.ariaLabel = `Unpin ${tile}`
    away.onclick = () => this.send({ do: "unpin", tile })
    field.placeholder = tile
    field.ariaLabel = `Name of tile ${tile}`
    field.title = `Tile ${tile}: write a name`
    field.onchange = () => this.send({ do: "name", tile, text: field.value })
    field.onkeydown = (event) => {
      event.stopPropagation() // letters are not the app's shortcuts here
      if (event.key === "Enter") field.blur()
    }
    this.items.set(tile, item)
    return item
  }
}

export default function (component) {
  const root = component.parentElement
  let state = states.get(root)
  if (!state) states.set(root, (state = new Pins(root)))
  state.take(component)
}
