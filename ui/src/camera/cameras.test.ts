import { expect, test } from 'vitest'
import { cameraFault, isMirrored, nextCamera } from './cameras'

test('of_a_phone_the_other_side_is_next_however_many_lenses_it_has', () => {
  const ids = ['front', 'back', 'wide', 'far']
  expect(nextCamera({ deviceId: 'front', facingMode: 'user' }, ids)?.facingMode).toEqual({
    exact: 'environment',
  })
  expect(nextCamera({ deviceId: 'far', facingMode: 'environment' }, ids)?.facingMode).toEqual({
    exact: 'user',
  })
})

test('of_a_computer_the_next_that_is_plugged_in_and_after_the_last_the_first', () => {
  expect(nextCamera({ deviceId: 'a' }, ['a', 'b'])?.deviceId).toEqual({ exact: 'b' })
  expect(nextCamera({ deviceId: 'b' }, ['a', 'b'])?.deviceId).toEqual({ exact: 'a' })
  // Pulled out meanwhile.
  expect(nextCamera({ deviceId: 'c' }, ['a', 'b'])?.deviceId).toEqual({ exact: 'a' })
})

test('where_there_is_one_there_is_no_other', () => {
  expect(nextCamera({ deviceId: 'a' }, ['a'])).toBeNull()
  expect(nextCamera({ facingMode: 'user' }, [])).toBeNull()
})

test('one_sees_oneself_as_in_a_mirror_and_the_world_as_it_is', () => {
  expect(isMirrored({ facingMode: 'user' })).toBe(true)
  expect(isMirrored({})).toBe(true)
  expect(isMirrored({ facingMode: 'environment' })).toBe(false)
})

test('what_a_browser_refuses_has_a_name_of_ours', () => {
  const named = (name: string) => cameraFault(new DOMException('', name))
  expect(
    ['NotAllowedError', 'NotFoundError', 'OverconstrainedError', 'NotReadableError', 'TypeError'].map(named),
  ).toEqual(['denied', 'missing', 'missing', 'busy', 'failed'])
  expect(cameraFault('nothing')).toBe('failed')
})
