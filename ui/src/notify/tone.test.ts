import { beforeEach, expect, test, vi } from 'vitest'

/** A browser's loudspeaker: it wakes, if at all, when it is asked while the page is touched. */
const audio = { state: 'suspended', wakes: true, isTouched: false, notes: 0, onended: [] as (() => void)[] }
const touches = new Map<string, () => void>()

class FakeContext {
  currentTime = 0
  destination = {}
  get state() {
    return audio.state
  }
  async resume() {
    if (!audio.wakes && !audio.isTouched) return new Promise(() => {})
    audio.state = 'running'
    audio.wakes = true
  }
  async suspend() {
    audio.state = 'suspended'
  }
}

class FakeNote {
  set onended(call: () => void) {
    audio.onended.push(call)
  }
  connect = (to: unknown) => to
  start() {
    if (audio.state === 'running') audio.notes += 1
    else expect.unreachable('a note on a loudspeaker that sleeps')
  }
  stop() {}
}

class FakeGain {
  gain = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} }
  connect = (to: unknown) => to
}

let tone: typeof import('./tone')
beforeEach(async () => {
  vi.useFakeTimers()
  vi.resetModules()
  touches.clear()
  Object.assign(audio, { state: 'suspended', wakes: true, isTouched: false, notes: 0, onended: [] })
  vi.stubGlobal('navigator', { userActivation: { hasBeenActive: true } })
  vi.stubGlobal('AudioContext', FakeContext)
  vi.stubGlobal('OscillatorNode', FakeNote)
  vi.stubGlobal('GainNode', FakeGain)
  vi.stubGlobal('window', {
    addEventListener: (name: string, call: () => void) => touches.set(name, call),
    removeEventListener: (name: string) => touches.delete(name),
  })
  tone = await import('./tone')
})

async function play(): Promise<boolean> {
  const heard = tone.playTone()
  await vi.advanceTimersByTimeAsync(2_000)
  return heard
}

test('a_tone_is_heard_and_the_loudspeaker_sleeps_after_the_last_of_several', async () => {
  expect([await play(), await play()]).toEqual([true, true])
  expect([audio.notes, audio.state]).toEqual([4, 'running'])
  audio.onended[0]!()
  expect(audio.state).toBe('running')
  audio.onended[1]!()
  expect(audio.state).toBe('suspended')
})

test('a_loudspeaker_that_does_not_wake_counts_as_silent_until_the_page_is_touched', async () => {
  audio.wakes = false
  tone.readyTone()
  expect([await play(), audio.notes]).toEqual([false, 0])
  audio.isTouched = true
  touches.get('click')!()
  audio.isTouched = false
  await vi.advanceTimersByTimeAsync(0)
  expect(audio.state).toBe('suspended')
  expect([await play(), audio.notes]).toEqual([true, 2])
})

test('a_loudspeaker_that_did_not_wake_is_not_waited_for_again_until_a_touch_has_readied_it', async () => {
  const stop = tone.readyTone()
  touches.get('click')!()
  expect([await play(), audio.notes]).toEqual([true, 2])
  audio.onended[0]!()
  audio.wakes = false
  expect(await play()).toBe(false)
  let isHeard: boolean | undefined
  void tone.playTone().then((heard) => (isHeard = heard))
  await vi.advanceTimersByTimeAsync(0)
  expect(isHeard).toBe(false)
  audio.isTouched = true
  touches.get('keydown')!()
  audio.isTouched = false
  await vi.advanceTimersByTimeAsync(0)
  expect([await play(), audio.notes]).toEqual([true, 4])
  stop()
  expect(touches.size).toBe(0)
})

test('a_key_that_is_no_touch_or_a_touch_that_wakes_nothing_leaves_it_to_the_next', async () => {
  const userActivation = { hasBeenActive: true, isActive: false }
  vi.stubGlobal('navigator', { userActivation })
  audio.wakes = false
  tone.readyTone()
  audio.isTouched = true
  touches.get('keydown')!()
  await vi.advanceTimersByTimeAsync(0)
  expect(audio.wakes, 'Escape').toBe(false)
  userActivation.isActive = true
  audio.isTouched = false
  touches.get('keydown')!()
  audio.isTouched = true
  touches.get('click')!()
  audio.isTouched = false
  await vi.advanceTimersByTimeAsync(0)
  expect([await play(), audio.notes]).toEqual([true, 2])
})

test('the_touch_that_readies_the_tone_may_ask_for_one', async () => {
  tone.readyTone()
  audio.isTouched = true
  touches.get('click')!()
  expect([await play(), audio.notes, audio.state]).toEqual([true, 2, 'running'])
})

test('a_page_that_was_never_touched_asks_for_no_loudspeaker', async () => {
  vi.stubGlobal('navigator', { userActivation: { hasBeenActive: false } })
  vi.stubGlobal('AudioContext', () => expect.unreachable())
  expect(await play()).toBe(false)
})

test('where_there_is_no_audio_nothing_is_heard', async () => {
  vi.stubGlobal('AudioContext', undefined)
  tone.readyTone()
  touches.get('click')!()
  expect(await play()).toBe(false)
})
