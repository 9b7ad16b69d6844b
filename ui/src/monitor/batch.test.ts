import { beforeEach, describe, expect, test, vi } from 'vitest'
import { BEACON_ERRORS_MAX } from '../limits'
import type { Beacon } from '../protocol'
import { Batch, BEACONS_APART_MS, ERRORS_MAX, RETRY_MS, SELDOM_MS, SOON_MAX, SOON_MS } from './batch'
import type { Sent } from './send'

const error = (place: string) => ({ name: 'TypeError', text: '… is null', stack: [`${place}.js:1:1`] })

let sent: Beacon[]
let answer: (beacon: Beacon) => Sent | Promise<Sent>
let isThere: boolean
let batch: Batch

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  sent = []
  answer = () => ({ is: 'taken' })
  isThere = true
  batch = new Batch({
    version: '1',
    mayReach: () => isThere,
    send: async (beacon) => {
      sent.push(beacon)
      return answer(beacon)
    },
  })
  return () => vi.useRealTimers()
})

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const counts = () => sent.map(({ errors }) => errors.map(({ count }) => count))

describe('a page tells', () => {
  test('nothing where nothing happened', async () => {
    batch.flush()
    batch.reachable()
    await pass(10 * SELDOM_MS)
    expect(sent).toEqual([])
  })

  test('what is new soon and together', async () => {
    batch.error(error('a'), 'room')
    batch.load(812.4)
    batch.longTask(70)
    batch.longTask(300.6)
    await pass(SOON_MS - 1)
    expect(sent).toEqual([])
    batch.lost()
    await pass(1)
    expect(sent).toEqual([
      {
        version: '1',
        errors: [{ ...error('a'), screen: 'room', count: 1 }],
        load_ms: 812,
        long_tasks: 2,
        longest_ms: 301,
        lost: 1,
      },
    ])
    await pass(10 * SELDOM_MS)
    expect(sent).toHaveLength(1)
  })

  test('what repeats itself with its count, and seldom', async () => {
    batch.error(error('a'), 'room')
    batch.error(error('a'), 'people')
    await pass(SOON_MS)
    for (let second = 0; second < 600; second++) {
      batch.error(error('a'), 'room')
      await pass(1_000)
    }
    await pass(SELDOM_MS)
    expect(sent.length).toBeLessThanOrEqual(2 + 600_000 / SELDOM_MS)
    expect(
      counts()
        .flat()
        .reduce((sum, count) => sum + count),
    ).toBe(602)
  })

  test('so many different errors, the first ones, and no beacon with more than the box takes', async () => {
    for (let n = 0; n < 500; n++) batch.error(error(`a${n}`), 'room')
    await pass(10 * SELDOM_MS)
    expect(counts().map((errors) => errors.length)).toEqual([
      BEACON_ERRORS_MAX,
      ERRORS_MAX - BEACON_ERRORS_MAX,
    ])
  })

  test('less often after so many beacons, whatever goes on failing', async () => {
    for (let second = 0; second < 3_600; second++) {
      batch.lost()
      await pass(1_000)
    }
    expect(sent.length).toBeLessThanOrEqual(SOON_MAX + 3_600_000 / SELDOM_MS)
    expect(sent.reduce((sum, { lost }) => sum + lost, 0)).toBeGreaterThan(3_500)
  })

  test('two things one after the other not faster than the box takes them', async () => {
    const times: number[] = []
    answer = () => {
      times.push(Date.now())
      return { is: 'taken' }
    }
    batch.error(error('a'), 'room')
    await pass(SOON_MS)
    batch.error(error('b'), 'room')
    await pass(SOON_MS)
    batch.flush()
    await pass(10_000)
    expect(times[1]! - times[0]!).toBeLessThanOrEqual(BEACONS_APART_MS)
    batch.error(error('c'), 'room')
    await pass(BEACONS_APART_MS + SOON_MS)
    expect(counts()).toEqual([[1], [1], [1]])
  })

  test('a load and an interaction once, the first', async () => {
    for (const ms of [500, 700]) {
      batch.load(ms)
      batch.interaction(ms)
      batch.flush()
      await pass(BEACONS_APART_MS)
    }
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ load_ms: 500, interaction_ms: 500 })
  })
})

describe('what the box did not take', () => {
  test('is told again when it says, with what came meanwhile', async () => {
    answer = () => ({ is: 'later', retryMs: 7_000 })
    batch.error(error('a'), 'room')
    batch.lost()
    await pass(SOON_MS)
    answer = () => ({ is: 'taken' })
    batch.error(error('a'), 'room')
    batch.lost()
    await pass(6_999)
    expect(sent).toHaveLength(1)
    await pass(1)
    expect(counts()).toEqual([[1], [2]])
    expect(sent[1]!.lost).toBe(2)
  })

  test('waits while it is away, and goes when it is there', async () => {
    answer = () => ({ is: 'later' })
    batch.error(error('a'), 'room')
    await pass(SOON_MS + RETRY_MS - 1)
    expect(sent).toHaveLength(1)
    isThere = false
    await pass(10 * SELDOM_MS)
    expect(sent).toHaveLength(1)
    isThere = true
    answer = () => ({ is: 'taken' })
    batch.reachable()
    await pass(SOON_MS)
    expect(counts()).toEqual([[1], [1]])
  })

  test('and never will is let go of', async () => {
    answer = () => ({ is: 'refused' })
    batch.error(error('a'), 'room')
    await pass(10 * SELDOM_MS)
    expect(sent).toHaveLength(1)
  })

  test('what comes while a beacon is on its way is told by the next', async () => {
    let arrive: (sent: Sent) => void = () => {}
    answer = () => new Promise((resolve) => (arrive = resolve))
    batch.error(error('a'), 'room')
    await pass(SOON_MS)
    batch.error(error('b'), 'room')
    await pass(10_000)
    expect(sent).toHaveLength(1)
    answer = () => ({ is: 'taken' })
    arrive({ is: 'taken' })
    await pass(BEACONS_APART_MS)
    expect(sent[1]?.errors).toEqual([{ ...error('b'), screen: 'room', count: 1 }])
  })
})
