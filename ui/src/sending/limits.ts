/** What the box takes of files, and the words for what it does not. */
import { formatBytes, t } from '../i18n/screens'
import type { UploadLimits } from '../protocol'

/** Codes of an upload that is refused for what it would take. */
export const OVER = ['disk_full', 'file_large', 'files_full', 'quota_full'] as const
export type Over = (typeof OVER)[number]

const BY_BOUND = { all: 'files_full', disk: 'disk_full', person: 'quota_full' } as const

/** Which limit the next file meets. */
export function boundOf({ bound }: UploadLimits): Over {
  return BY_BOUND[bound]
}

/** What may be sent, for whoever wanted more. */
export function sayLimit(over: Over, limits: UploadLimits): string {
  const [size, left] = [limits.file_bytes_max, limits.left_bytes].map(formatBytes)
  switch (over) {
    case 'file_large':
      return t('sending.limitFile', { size: size! })
    case 'quota_full':
      return t('sending.limitPerson', { size: formatBytes(limits.person_bytes_max), left: left! })
    case 'files_full':
      return t('sending.limitAll', { left: left! })
    case 'disk_full':
      return t('sending.limitDisk', { left: left! })
  }
}
