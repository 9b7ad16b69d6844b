// Puts the pictures of one screen on one sheet: in the widths and looks it was taken in, and beside it what was before.

import { readFile, writeFile } from 'node:fs/promises'
import { chromium } from 'playwright-core'
import { program } from '../harness/present.js'

/** Pictures are drawn at this part of their size. */
const SCALE = 0.5

let drawing = null

/** The browser that draws sheets goes with the process: it is the same for all. */
async function page() {
  drawing ??= chromium.launch({
    executablePath: program('chromium', 'chromium-browser', 'google-chrome'),
    chromiumSandbox: process.getuid() !== 0,
  })
  return (await drawing).newPage()
}

export async function sheet(file, rows) {
  const lines = []
  for (const { called, pictures } of rows) {
    for (const width of new Set(pictures.map((picture) => picture.width))) {
      const cells = pictures.filter((picture) => picture.width === width)
      const drawn = await Promise.all(
        cells.map((cell) => figure(cell, `${called}, ${width} px, ${cell.called}`)),
      )
      lines.push(`<div>${drawn.join('')}</div>`)
    }
  }
  const canvas = await page()
  await canvas.setViewportSize({ width: 1_400, height: 400 })
  await canvas.setContent(`<style>
    body { width: max-content; margin: 8px; background: #888; font: 12px sans-serif; }
    div { display: flex; gap: 8px; align-items: start; margin-bottom: 8px; }
    figure { margin: 0; } img { display: block; } figcaption { padding: 2px; color: #fff; }
  </style>${lines.join('')}`)
  await writeFile(file, await canvas.screenshot({ fullPage: true }))
  await canvas.close()
}

async function figure({ file, width }, caption) {
  const source = `data:image/png;base64,${(await readFile(file)).toString('base64')}`
  return `<figure><figcaption>${caption}</figcaption><img width="${width * SCALE}" src="${source}"></figure>`
}

export async function putAway() {
  await (await drawing)?.close()
}
