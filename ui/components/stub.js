// What a component sends with every frame in place of its code, which is longer than a frame.
// `CODE` is the code's name, put in front by canvas.py; `data` is a u32 length, that many bytes of
// code (mostly none: the browser has it already), and then what the code itself is given.

const known = (globalThis.canvasCode ??= new Map()) // code's name -> its function, or its promise
const shown = new WeakMap() // parentElement -> {args, cleanup, asked}

export default function (args) {
  const { data, parentElement } = args
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true)
  const place = shown.get(parentElement) ?? {}
  shown.set(parentElement, place)
  place.args = { ...args, data: data.subarray(4 + length) }
  if (!known.has(CODE) && length) known.set(CODE, load(data.slice(4, 4 + length)))
  const code = known.get(CODE)
  if (typeof code === "function") place.cleanup = code(place.args)
  else if (code) code.then((ready) => shown.has(parentElement) && (place.cleanup = ready(place.args)))
  else ask(place)
  return () => {
    if (parentElement.isConnected) return // see unlessShown in common.js
    shown.delete(parentElement)
    place.cleanup?.()
  }
}

async function load(bytes) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }))
  const { default: code } = await import(url)
  URL.revokeObjectURL(url)
  known.set(CODE, code)
  return code
}

// Frames with code were lost on the way: once a second, ask for another.
function ask(place) {
  const now = performance.now()
  if (now - (place.asked ?? -1e9) < 1000) return
  place.asked = now
  place.args.setTriggerValue("code", true)
}
