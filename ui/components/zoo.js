// A table of checkpoints, grouped by data: a column's name sorts the rows within each group.

const shownAs = new Map() // root -> { key, down }, the order a visitor chose

function cell(tag, text, kind) {
  const made = document.createElement(tag)
  made.textContent = text
  if (kind) made.className = kind
  return made
}

// Numbers by size, words by letter; what is missing comes last either way.
function compare(a, b, down) {
  if (a === null || b === null) return (a === null) - (b === null)
  const order = typeof a === "number" ? a - b : a.localeCompare(b)
  return down ? -order : order
}

function nameCell(row) {
  const td = cell("td", "", "name text")
  const box = td.appendChild(document.createElement("div"))
  const image = box.appendChild(document.createElement("img"))
  Object.assign(image, { src: row.picture, alt: "", loading: "lazy" })
  const words = box.appendChild(document.createElement("span"))
  const link = words.appendChild(cell("a", row.title))
  link.href = `?run=${encodeURIComponent(row.id)}`
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) event.stopPropagation()
    else event.preventDefault() // the row opens it, without a reload
  }
  words.append(cell("small", row.note))
  return td
}

function bodyRow(row, columns, chosen, open) {
  const tr = cell("tr", "", row.id === chosen ? "one chosen" : "one")
  tr.onclick = () => open(row.id)
  columns.forEach(({ key, kind }, i) => {
    if (i === 0) return tr.append(nameCell(row))
    const td = tr.appendChild(cell("td", key === "looks" ? "" : row.text[key], kind))
    if (key === "looks") {
      const badge = td.appendChild(cell("span", row.text[key], "looks"))
      badge.dataset.looks = row.values[key] === null ? "" : row.text[key]
    }
    if (row.help?.[key]) td.title = row.help[key]
  })
  return tr
}

function groupBody(group, columns, order, chosen, open) {
  const body = document.createElement("tbody")
  const head = body.insertRow().appendChild(cell("th", group.title, "group"))
  Object.assign(head, { colSpan: columns.length, scope: "rowgroup" })
  head.append(cell("small", group.note))
  const rows = [...group.rows].sort((a, b) => compare(a.values[order.key], b.values[order.key], order.down))
  body.append(...rows.map((row) => bodyRow(row, columns, chosen, open)))
  if (group.floor) {
    const tr = body.insertRow()
    tr.className = "floor"
    columns.forEach(({ key, kind }, i) =>
      tr.append(cell("td", i ? group.floor[key] ?? "" : "Two halves of the real data", i ? kind : "text")))
  }
  return body
}

export default function ({ data, parentElement, setTriggerValue }) {
  const box = parentElement.querySelector(".zoo")
  const { columns, groups, chosen, label } = data
  const order = shownAs.get(parentElement) ?? { key: "frechet", down: false }
  const open = (id) => setTriggerValue("open", id)
  const draw = (focus) => {
    shownAs.set(parentElement, order)
    const table = document.createElement("table")
    table.setAttribute("aria-label", label)
    const head = table.createTHead().insertRow()
    for (const { key, label, kind, help, falls } of columns) {
      const th = head.appendChild(cell("th", "", kind))
      Object.assign(th, { scope: "col", title: help ?? "" })
      if (order.key === key) th.setAttribute("aria-sort", order.down ? "descending" : "ascending")
      const button = th.appendChild(cell("button", label))
      Object.assign(button, { type: "button" })
      button.dataset.key = key
      button.onclick = () => {
        order.down = order.key === key ? !order.down : Boolean(falls)
        order.key = key
        draw(key)
      }
    }
    table.append(...groups.map((group) => groupBody(group, columns, order, chosen, open)))
    box.replaceChildren(table)
    if (focus) table.querySelector(`[data-key=${focus}]`).focus()
  }
  draw()
  return () => {
    if (!box.isConnected) shownAs.delete(parentElement)
  }
}
