/**
 * What opens over everything and belongs to no screen: loaded with the first time that it is opened, put behind all else, and
 * there from then on.
 */
import { type Component, mount } from 'svelte'
import { errorText, withTexts } from '../i18n'
import { toasts } from './toasts.svelte'

type Loaded<H extends object> = { default: Component<Record<string, never>, H> }

/** Gives what opens it, once it is there. Where it cannot be loaded that is said, and tried again the next time. */
export function hosted<H extends object>(
  load: () => Promise<Loaded<H>>,
): (use: (host: H) => void) => Promise<void> {
  let host: Promise<H> | null = null
  return async (use) => {
    host ??= withTexts(load()).then(({ default: Host }) => mount(Host, { target: document.body }))
    try {
      use(await host)
    } catch {
      host = null
      toasts.show(errorText('unreachable'), 'fault')
    }
  }
}
