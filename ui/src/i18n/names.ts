/** What is said of a name that was refused. */
import type { FaultCode } from '../core/api'
import { errorText } from './errors'
import { tScreens } from './language.svelte'

/** Whether another name would help: the reason then stands beside the name. */
export function isNameFault(code: FaultCode): boolean {
  return code === 'name_invalid' || code === 'name_reserved' || code === 'name_taken'
}

/** `errorText` where a room is named: its name may be longer than a person's. */
export function roomErrorText(code: FaultCode): string {
  if (code === 'name_invalid') return tScreens('newRoom.nameInvalid')
  if (code === 'name_reserved') return tScreens('newRoom.nameReserved')
  return errorText(code)
}
