// What is to be seen on pictures: on one that the box serves, and on what is being drawn.

/** Of a message's first picture, once the box has it: its size, and the colours at places told in parts of it. */
export function sentPixels(page, message, places) {
  return page.evaluate(
    async ({ message, places }) => {
      const answer = await fetch(`/api/attachments/${message}/0`)
      const picture = await createImageBitmap(await answer.blob())
      const { width, height } = picture
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
      context.drawImage(picture, 0, 0)
      const at = ([x, y]) =>
        [...context.getImageData(x * (width - 1), y * (height - 1), 1, 1).data].slice(0, 3)
      return { width, height, colours: places.map(at) }
    },
    { message, places },
  )
}

/** What is drawn just now: the colours at places told in parts of it. */
export function drawnPixels(page, places) {
  return page.evaluate((places) => {
    const canvases = [...document.querySelectorAll('.paper canvas')]
    const [{ width, height }] = canvases
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
    for (const canvas of canvases) context.drawImage(canvas, 0, 0)
    return places.map(([x, y]) =>
      [...context.getImageData(x * (width - 1), y * (height - 1), 1, 1).data].slice(0, 3),
    )
  }, places)
}

/** A number for all of what is drawn just now: the same for the same. */
export function drawnSum(page) {
  return page.evaluate(async () => {
    const canvases = [...document.querySelectorAll('.paper canvas')]
    const [{ width, height }] = canvases
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
    for (const canvas of canvases) context.drawImage(canvas, 0, 0)
    const hash = await crypto.subtle.digest('SHA-256', context.getImageData(0, 0, width, height).data)
    return [...new Uint8Array(hash)].join()
  })
}

/** How many pixels of a column of what was sent are of this colour, the column told in parts of its width. */
export function thickness(page, message, x, [red, green, blue], [from, to] = [0, 1]) {
  return page.evaluate(
    async ({ message, x, wanted, from, to }) => {
      const answer = await fetch(`/api/attachments/${message}/0`)
      const picture = await createImageBitmap(await answer.blob())
      const { width, height } = picture
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
      context.drawImage(picture, 0, 0)
      const top = Math.floor(from * height)
      const { data } = context.getImageData(Math.floor(x * width), top, 1, Math.floor((to - from) * height))
      let count = 0
      for (let at = 0; at < data.length; at += 4)
        if (wanted.every((value, channel) => Math.abs(data[at + channel] - value) < 24)) count += 1
      return count
    },
    { message, x, wanted: [red, green, blue], from, to },
  )
}
