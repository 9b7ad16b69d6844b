/** Opens the camera over everything, for one picture. It is loaded with the first, and belongs to no screen. */
import { mount } from 'svelte'
import { errorText, withTexts } from '../i18n'
import { toasts } from '../parts/toasts.svelte'

type Host = { open(onuse: (picture: File) => void): void }
let host: Promise<Host> | null = null

export async function openCamera(onuse: (picture: File) => void): Promise<void> {
  host ??= withTexts(import('./CameraHost.svelte')).then(({ default: CameraHost }) =>
    mount(CameraHost, { target: document.body }),
  )
  try {
    const { open } = await host
    open(onuse)
  } catch {
    host = null
    toasts.show(errorText('unreachable'), 'fault')
  }
}
