import type { FaultCode } from '../core/api'
import { t, tScreens } from './language.svelte'

/**
 * One sentence for a person. A code without a text in every language does not compile. The rarer ones come with the
 * screens that meet them: before, in the chat itself, something unexpected is what they are.
 */
export function errorText(code: FaultCode): string {
  return tScreens(`error.${code}`) || t('error.unexpected')
}
