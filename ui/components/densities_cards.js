// Numbers in cards, and the sentence below them.

function cards(root, header) {
  const box = root.querySelector(".cards")
  if (box.children.length !== header.cards.length) {
    box.replaceChildren(...header.cards.map(() => {
      const card = make("div", { className: "card" })
      card.innerHTML = '<span class="name"></span><b></b><small></small><div class="meter"><i></i></div>'
      return card
    }))
  }
  header.cards.forEach((card, i) => {
    const [name, value, note, meter] = box.children[i].children
    if (name.dataset.label !== card.label) {
      name.innerHTML = card.label // a constant of the page, never what somebody typed
      name.dataset.label = card.label
    }
    box.children[i].dataset.key = card.key
    box.children[i].dataset.tone = card.tone || ""
    for (const [element, text] of [[value, card.value], [note, card.note]]) {
      if (element.textContent !== text) element.textContent = text
    }
    box.children[i].title = card.more || ""
    meter.style.visibility = card.meter === null ? "hidden" : "visible"
    if (card.meter !== null) meter.firstChild.style.width = `${100 * card.meter}%`
  })
  const words = root.querySelector(".words")
  if (words.dataset.said !== header.words) {
    words.dataset.said = header.words
    words.replaceChildren(...header.words.split(/([pF]_[rg])/).map((piece) =>
      /^[pF]_[rg]$/.test(piece)
        ? make("span", {}, make("i", { textContent: piece[0] }), make("sub", { textContent: piece[2] }))
        : piece))
  }
}
