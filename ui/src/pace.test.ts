import { expect, it } from 'vitest'
import { Pace } from './pace'

/** A device on which drawing takes `cost`, with a picture every 16 ms; gives when each of `count` was drawn. */
function begun(cost: number, count: number): number[] {
  let time = 1_000
  let then: () => void = () => {}
  const starts: number[] = []
  const pace = new Pace({
    now: () => time,
    frame: (call, ms) => {
      time = Math.ceil((time + ms) / 16) * 16
      call()
    },
    drawn: (call) => (then = call),
  })
  for (let i = 0; i < count; i++) {
    pace.next(() => {
      starts.push(time)
      time += cost
    })
    then()
  }
  return starts
}

const gaps = (times: number[]) => times.slice(1).map((time, at) => time - times[at]!)

it('leaves_half_of_the_time_to_keys_on_a_slow_device', () => {
  for (const gap of gaps(begun(40, 10))) expect(gap).toBeGreaterThanOrEqual(80)
})

it('draws_with_every_picture_where_that_is_quick', () => {
  for (const gap of gaps(begun(5, 10))) expect(gap).toBe(16)
})

it('draws_what_a_key_did_before_what_came_and_puts_that_off_once', () => {
  const frames: (() => void)[] = []
  const drawn: string[] = []
  const pace = new Pace({ now: () => 0, frame: (call) => frames.push(call), drawn: (call) => call() })
  pace.next(() => drawn.push('rows'))
  pace.pressed()
  frames.shift()?.()
  expect(drawn).toEqual([])
  pace.pressed()
  frames.shift()?.()
  expect(drawn).toEqual(['rows'])
  pace.next(() => drawn.push('more'))
  frames.shift()?.()
  expect(drawn).toEqual(['rows', 'more'])
})
