// Reads QR codes as a camera would: from a picture of the screen, by a program that knows nothing of porch.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { program, unless } from './present.js'

const ZBARIMG = program('zbarimg')

export const skip = unless('zbarimg', ZBARIMG)

/** What the QR code in this picture (PNG) says. Rejects where there is none to be read. */
export async function readQr(png) {
  const folder = await mkdtemp(path.join(tmpdir(), 'porch-qr-'))
  try {
    const file = path.join(folder, 'code.png')
    await writeFile(file, png)
    const { stdout } = await promisify(execFile)(ZBARIMG, [
      '--quiet',
      '--raw',
      '-Sdisable',
      '-Sqrcode.enable',
      file,
    ])
    return stdout.trim()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
