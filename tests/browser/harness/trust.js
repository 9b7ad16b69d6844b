// Makes a browser's profile trust a box's CA, as its owner would: certificate errors are never ignored.

import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** An NSS store (cert9.db, key4.db, pkcs11.txt) in `folder` that trusts `caFile` for web servers. */
export async function trustStore(folder, caFile) {
  await emptyStore(folder)
  await trust(folder, caFile)
}

/** An NSS store in `folder` that trusts nobody. */
export async function emptyStore(folder) {
  await mkdir(folder, { recursive: true })
  await run('certutil', ['-d', `sql:${folder}`, '-N', '--empty-password'])
}

/** Has the store in `folder` trust `caFile` for web servers. */
export async function trust(folder, caFile) {
  await run('certutil', ['-d', `sql:${folder}`, '-A', '-t', 'C,,', '-n', 'porch', '-i', caFile])
}
