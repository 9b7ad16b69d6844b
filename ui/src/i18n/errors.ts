import type { ErrorCode } from '../protocol'
import { t } from './language.svelte'

/** One sentence for a person. A code without a text in every language does not compile. */
export function errorText(code: ErrorCode): string {
  return t(`error.${code}`)
}
