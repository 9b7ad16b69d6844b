import type { FaultCode } from '../core/api'
import { t } from './language.svelte'

/** One sentence for a person. A code without a text in every language does not compile. */
export function errorText(code: FaultCode): string {
  return t(`error.${code}`)
}
