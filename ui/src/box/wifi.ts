/** What a Wi-Fi's name and key may be. Pure. */

import { WIFI_NAME_BYTES_MAX } from '../limits'

export const isWifiName = (name: string) => new TextEncoder().encode(name).length <= WIFI_NAME_BYTES_MAX

/** Empty is an open network; 64 hexadecimal digits are the key itself that others derive from a passphrase. */
export function isWifiKey(key: string): boolean {
  const length = [...key].length
  return length === 0 || (length >= 8 && length <= 63) || /^[0-9a-f]{64}$/i.test(key)
}
