// A picture of many tiles: decoded once, then shown tile by tile, sharp at any size.

class Sheet {
  // Resolves with true once the picture is there, false where a later one came first.
  async take(bytes, columns, size) {
    const turn = (this.turn = (this.turn ?? 0) + 1)
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/webp" }))
    if (turn !== this.turn) {
      picture.close()
      return false
    }
    this.picture?.close()
    Object.assign(this, { picture, columns, size })
    return true
  }

  // One tile as all of a canvas, or within the box [x, y, side] of a context.
  show(canvas, index) {
    if (canvas.width !== this.size || canvas.height !== this.size)
      Object.assign(canvas, { width: this.size, height: this.size })
    this.put(canvas.getContext("2d"), index, [0, 0, this.size])
  }

  put(c, index, [x, y, side]) {
    const at = [(index % this.columns) * this.size, Math.floor(index / this.columns) * this.size]
    c.imageSmoothingEnabled = false
    c.drawImage(this.picture, ...at, this.size, this.size, x, y, side, side)
  }

  // All of it, one of its pixels for each of the canvas.
  whole(canvas) {
    const { width, height } = this.picture
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    canvas.getContext("2d").drawImage(this.picture, 0, 0)
  }
}
