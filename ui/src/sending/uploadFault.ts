/** What an answer to an upload says of why it did not go on. */
import type { FaultCode } from '../core/api'
import type { UploadFault } from '../core/uploads.svelte'
import type { ErrorBody } from '../protocol'

/** What a status says where there are no words: an answer to HEAD has none. */
const BY_STATUS: { readonly [status: number]: FaultCode } = {
  0: 'unreachable',
  401: 'not_signed_in',
  404: 'not_found',
  409: 'upload_offset',
  410: 'not_found',
  429: 'slow_down',
  502: 'unreachable',
  503: 'busy',
  504: 'unreachable',
}

/** `status` 0: there was no answer. */
export function faultOf(status: number, body: string): UploadFault {
  try {
    const { error } = JSON.parse(body) as ErrorBody
    return { code: error.code, retryMs: error.retry_ms }
  } catch {
    return { code: BY_STATUS[status] ?? 'unexpected' }
  }
}
