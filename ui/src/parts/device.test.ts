import { expect, test } from 'vitest'
import { deviceIcon } from './device'

// As the box makes them: src/http/device.rs.
test.each([
  ['Chrome on Android', 'smartphone'],
  ['Chrome on HarmonyOS', 'smartphone'],
  ['Safari on iPad', 'smartphone'],
  ['iPhone device', 'smartphone'],
  ['Safari on Mac', 'laptop'],
  ['Firefox on Windows', 'laptop'],
  ['Chrome on ChromeOS', 'laptop'],
  ['Linux device', 'laptop'],
  ['curl', 'monitor'],
  ['Unknown device', 'monitor'],
])('%s_looks_like_a_%s', (label, icon) => {
  expect(deviceIcon(label)).toBe(icon)
})
