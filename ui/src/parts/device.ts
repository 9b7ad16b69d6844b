/** What a device is called: the box makes the English words (src/http/device.rs), and they are said as the page speaks. */

import { t } from '../i18n/screens'
import type { IconName } from './sprite'

/** "Chrome on Android" and "Linux device", in the language shown; what a program calls itself stays as it is. */
export function deviceName(label: string): string {
  const [, browser, system] = /^(.+) on (.+)$/.exec(label) ?? []
  if (browser && system) return t('device.browser', { browser, system: systemName(system) })
  const [, bare] = /^(.+) device$/.exec(label) ?? []
  if (bare === 'Unknown') return t('device.unknown')
  return bare ? t('device.bare', { system: systemName(bare) }) : label
}

/** What it looks like, as far as its system tells. */
export function deviceIcon(label: string): IconName {
  if (/\b(iPhone|iPad|HarmonyOS|Android)\b/.test(label)) return 'smartphone'
  return /\b(Windows|ChromeOS|Mac|Linux)\b/.test(label) ? 'laptop' : 'monitor'
}

function systemName(system: string): string {
  return system === 'Android' ? t('device.android') : system
}
