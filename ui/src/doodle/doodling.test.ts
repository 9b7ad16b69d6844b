import { expect, test, vi } from 'vitest'
import { Doodling, type KeptDrawing, PICTURES_MAX } from './doodling.svelte'
import { type DoodleStep, groundOf, sheet } from './drawing'

const stamp = (x: number): DoodleStep => ({ is: 'stamp', emoji: '🌹', size: 90, x, y: 0 })
const picture = (width: number, height: number) => ({ blob: new Blob([`${width}`]), size: { width, height } })

/** A device that takes its time, and what it was asked to keep. */
class Device {
  kept: KeptDrawing[] = []
  erased = 0
  isFull = false
  #waiting: (() => void)[] = []

  keep = (doodle: KeptDrawing) => {
    this.kept.push(doodle)
    return new Promise<boolean>((resolve) => this.#waiting.push(() => resolve(!this.isFull)))
  }

  erase = async () => {
    this.erased += 1
    return true
  }

  async done(): Promise<void> {
    for (const each of this.#waiting.splice(0)) each()
    await new Promise((resolve) => setTimeout(resolve))
  }
}

const begun = (device: Device) => new Doodling(sheet({ width: 2, height: 1 }), [], device)

test('what_is_drawn_while_the_device_writes_is_written_after_it_all_at_once', async () => {
  const device = new Device()
  const doodling = begun(device)
  for (let x = 1; x <= 5; x++) doodling.add(stamp(x))
  expect(device.kept.map(({ steps }) => steps.length)).toEqual([1])
  await device.done()
  expect(device.kept.map(({ steps }) => steps.length)).toEqual([1, 5])
  await device.done()
  expect(device.kept).toHaveLength(2)
})

test('what_was_kept_goes_on_with_all_that_can_be_undone_and_redone', async () => {
  const device = new Device()
  const doodling = begun(device)
  doodling.add(stamp(1))
  doodling.add(stamp(2))
  doodling.undo()
  await device.done()
  const again = Doodling.from(device.kept.at(-1)!, device)
  expect(again.drawing).toEqual(doodling.drawing)
  expect([again.canUndo, again.canRedo]).toEqual([true, true])
  again.redo()
  expect(again.drawing.done).toBe(2)
})

test('what_is_over_is_erased_and_not_written_again', async () => {
  const device = new Device()
  const doodling = begun(device)
  doodling.add(stamp(1))
  doodling.add(stamp(2))
  await doodling.end()
  await device.done()
  expect([device.kept.length, device.erased]).toEqual([1, 1])
})

test('a_device_without_space_is_told_of_until_it_has_some', async () => {
  const device = new Device()
  const doodling = begun(device)
  device.isFull = true
  doodling.add(stamp(1))
  await device.done()
  expect(doodling.isOnlyHere).toBe(true)
  device.isFull = false
  doodling.add(stamp(2))
  await vi.waitFor(async () => {
    await device.done()
    expect(doodling.isOnlyHere).toBe(false)
  })
})

test('the_first_picture_gives_the_sheet_its_shape_and_a_later_one_lies_under_what_was_drawn', () => {
  const doodling = begun(new Device())
  doodling.layOnPicture(picture(1_600, 1_200))
  expect([doodling.drawing.size, groundOf(doodling.drawing), doodling.canUndo]).toEqual([
    { width: 1_600, height: 1_200 },
    0,
    false,
  ])
  doodling.add(stamp(1))
  const { size } = doodling.drawing
  doodling.layOnPicture(picture(500, 900))
  expect([doodling.drawing.size, groundOf(doodling.drawing)]).toEqual([size, 1])
  doodling.undo()
  expect(groundOf(doodling.drawing)).toBe(0)
})

test('the_same_ground_again_is_nothing_to_undo', () => {
  const doodling = begun(new Device())
  doodling.layOn('white')
  expect(doodling.canUndo).toBe(false)
  doodling.layOn('squared')
  doodling.layOn('squared')
  expect(doodling.drawing.done).toBe(1)
})

test('more_pictures_than_there_is_room_for_are_refused', () => {
  const doodling = begun(new Device())
  doodling.add(stamp(1))
  const taken = Array.from({ length: PICTURES_MAX + 1 }, () => doodling.layOnPicture(picture(20, 10)))
  expect(taken.filter(Boolean)).toHaveLength(PICTURES_MAX)
  expect(taken.at(-1)).toBe(false)
  expect(doodling.pictures).toHaveLength(PICTURES_MAX)
})
