/** What a new owner is shown to do first, and what of it is done: kept on the box, so that it is gone on every device. */
import { changeSettings, settings } from '../core/apiBox'
import type { FirstStep } from '../protocol'

/** In the order in which they are shown. */
export const FIRST_STEPS: readonly FirstStep[] = ['devices', 'invite', 'poster', 'room']

type Asked = {
  readonly settings: typeof settings
  readonly changeSettings: typeof changeSettings
}

export class FirstSteps {
  /** Those that are done; null while the box has not told. */
  done = $state.raw<readonly FirstStep[] | null>(null)
  /** Whether there is still something to show. */
  readonly isShown: boolean = $derived(this.done !== null && FIRST_STEPS.some((step) => !this.has(step)))

  #api: Asked
  #loading: Promise<void> | null = null

  constructor(api: Asked) {
    this.#api = api
  }

  has(step: FirstStep): boolean {
    return this.done?.includes(step) ?? false
  }

  /** Asks the box, once. Where it does not answer nothing is shown, and the next caller asks again. */
  load(): Promise<void> {
    this.#loading ??= this.#api.settings().then(
      ({ steps_done }) => void (this.done = steps_done),
      () => void (this.#loading = null),
    )
    return this.#loading
  }

  /** These are done, for good. A refusal leaves them for the next time they are found to be done. */
  async finish(...steps: FirstStep[]): Promise<void> {
    await this.load()
    if (this.done === null || steps.every((step) => this.has(step))) return
    await this.#store({ steps_done: steps }).catch(() => {})
  }

  /** Decides whether one account may be used on several devices. Throws a `Refusal`. */
  async allowSeveralDevices(several_devices: boolean): Promise<void> {
    await this.#store({ several_devices })
  }

  async #store(change: Parameters<Asked['changeSettings']>[0]): Promise<void> {
    this.done = (await this.#api.changeSettings(change)).steps_done
  }
}

export const firstSteps = new FirstSteps({ settings, changeSettings })
