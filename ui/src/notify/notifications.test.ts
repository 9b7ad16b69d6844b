import { beforeEach, expect, test, vi } from 'vitest'
import type { RoomId, Seq } from '../protocol'
import type { Moment, News, Sight } from './decide'
import { Notifications, type RoomNews } from './notifications'

/** A browser with several tabs: what they share, and what they show. */
class Browser {
  told = 0
  shown: string[] = []
  tones = 0
  sights = new Map<RoomId, Sight>()
  /** What only the others know. */
  elsewhere = new Map<RoomId, Sight>()
  read = new Map<RoomId, number>()
  isQuiet = false
  isVisible = false
  /** How often a tab has asked the others. */
  looks = 0
  /** Called while a tab looks how things stand. */
  meanwhile = () => {}
  /** Called while a tab sounds. */
  onTone = () => {}
  #last: Promise<void> = Promise.resolve()

  tab({ isMute = false } = {}): Notifications {
    return new Notifications({
      exclusively: (work) => (this.#last = this.#last.then(work)),
      told: { get: () => this.told, set: (seq: Seq) => (this.told = seq) },
      here: () => this.#moment((room) => this.sights.get(room) ?? 'away'),
      look: async () => {
        this.looks += 1
        await null
        this.meanwhile()
        return this.#moment((room) => this.sights.get(room) ?? this.elsewhere.get(room) ?? 'away')
      },
      show: async (rooms, isLoud) => void this.shown.push(`${brief(rooms)}${isLoud ? ' loud' : ''}`),
      tone: async () => {
        await null
        this.onTone()
        if (!isMute) this.tones += 1
        return !isMute
      },
    })
  }

  #moment(sight: Moment['sight']): Moment {
    const { isQuiet, isVisible } = this
    return { isQuiet, isVisible, sounds: 'mine', sight, readN: (room) => this.read.get(room) ?? 0 }
  }

  /** Until whatever is to be told is told. */
  async settle(): Promise<void> {
    await vi.advanceTimersByTimeAsync(10_000)
  }
}

const brief = (rooms: readonly RoomNews[]) =>
  rooms.map(({ room, news }) => `${room}: ${news.length}, ${news.at(-1)?.body}`).join('; ')

let seq = 0
function news(changes: Partial<News> = {}): News {
  seq += 1
  return {
    room: 1,
    id: seq,
    n: seq,
    author: 2,
    body: `line ${seq}`,
    isMine: true,
    isCalled: false,
    isTold: true,
    isLive: true,
    ...changes,
  }
}

const bury = (tab: Notifications, message: Seq) => tab.keep(({ id }) => id !== message)

let browser: Browser
beforeEach(() => {
  vi.restoreAllMocks()
  vi.useFakeTimers()
  seq = 0
  browser = new Browser()
})

test('a_message_is_told_at_once_and_those_that_follow_it_soon_together', async () => {
  const tab = browser.tab()
  tab.hear(news())
  await vi.advanceTimersByTimeAsync(0)
  expect(browser.shown).toEqual(['1: 1, line 1'])
  for (let count = 0; count < 200; count += 1) tab.hear(news())
  await vi.advanceTimersByTimeAsync(0)
  expect([browser.shown.length, browser.tones]).toEqual([1, 1])
  await browser.settle()
  expect(browser.shown.slice(1)).toEqual(['1: 99, line 201'])
  expect(browser.tones).toBe(2)
})

test('after_a_pause_no_timer_is_waited_for_which_a_hidden_page_has_once_a_minute', async () => {
  const tab = browser.tab()
  const timers = vi.spyOn(globalThis, 'setTimeout').mockReturnValue(7 as never)
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000)
  const arrives = async (at: number) => {
    clock.mockReturnValue(at)
    tab.hear(news())
    await vi.advanceTimersByTimeAsync(0)
    return browser.shown.length
  }
  expect([await arrives(1_000), await arrives(1_500), await arrives(3_900)]).toEqual([1, 1, 1])
  // The timer of the second is late, and goes with those that it was for.
  expect([await arrives(4_000), browser.shown.at(-1)]).toEqual([2, '1: 4, line 4'])
  expect([await arrives(60_000), await arrives(120_000)]).toEqual([3, 4])
  expect(timers).toHaveBeenCalledTimes(1)
})

test('what_weighs_nothing_or_is_seen_asks_no_other_tab_and_holds_nothing_back', async () => {
  const tab = browser.tab()
  const timers = vi.spyOn(globalThis, 'setTimeout').mockReturnValue(7 as never)
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000)
  browser.sights.set(2, 'seen')
  for (let at = 1_000; at <= 2_000; at += 100) {
    clock.mockReturnValue(at)
    tab.hear(news({ isMine: false, isTold: false }))
    tab.hear(news({ room: 2 }))
    await vi.advanceTimersByTimeAsync(0)
  }
  expect([browser.looks, browser.shown]).toEqual([0, []])
  clock.mockReturnValue(2_200)
  tab.hear(news({ room: 3, body: 'Ada?' }))
  await vi.advanceTimersByTimeAsync(0)
  expect([browser.looks, browser.shown, timers.mock.calls.length]).toEqual([1, ['3: 1, Ada?'], 0])
})

test('what_is_seen_in_another_tab_is_not_told', async () => {
  const tab = browser.tab()
  browser.elsewhere.set(1, 'seen')
  tab.hear(news())
  await browser.settle()
  expect([browser.looks, browser.shown, browser.tones]).toEqual([1, [], 0])
})

test('five_hundred_missed_in_many_rooms_are_one_notification_and_one_tone', async () => {
  const tab = browser.tab()
  for (let count = 0; count < 500; count += 1) tab.hear(news({ room: 1 + (count % 3), isLive: false }))
  await browser.settle()
  expect(browser.shown).toEqual(['1: 99, line 499; 2: 99, line 500; 3: 99, line 498'])
  expect(browser.tones).toBe(1)
})

test('of_two_tabs_one_tells_and_the_other_goes_on_where_that_one_is_closed', async () => {
  const [first, second] = [browser.tab(), browser.tab()]
  const one = news()
  for (const tab of [second, first]) tab.hear(one)
  await browser.settle()
  expect([browser.shown, browser.tones]).toEqual([['1: 1, line 1'], 1])
  first.stop()
  second.hear(news())
  await browser.settle()
  expect(browser.shown.slice(1)).toEqual(['1: 2, line 2'])
})

test('what_is_deleted_before_it_is_told_is_not_told', async () => {
  const tab = browser.tab()
  tab.hear(news())
  bury(tab, 1)
  await browser.settle()
  expect([browser.shown, browser.tones]).toEqual([[], 0])
  tab.hear(news())
  browser.meanwhile = () => bury(tab, 2)
  await browser.settle()
  expect([browser.shown, browser.tones]).toEqual([[], 0])
})

test('what_was_told_and_deleted_or_read_since_counts_no_more', async () => {
  const tab = browser.tab()
  for (let count = 0; count < 3; count += 1) tab.hear(news())
  await browser.settle()
  bury(tab, 2)
  tab.hear(news())
  await browser.settle()
  browser.read.set(1, 3)
  tab.hear(news())
  await browser.settle()
  expect(browser.shown).toEqual(['1: 3, line 3', '1: 3, line 4', '1: 2, line 5'])
})

test('what_is_seen_or_comes_in_quiet_hours_is_not_told_later_either', async () => {
  const tab = browser.tab()
  browser.sights.set(1, 'seen')
  tab.hear(news())
  await browser.settle()
  browser.sights.clear()
  browser.isQuiet = true
  tab.hear(news())
  await browser.settle()
  browser.isQuiet = false
  expect([browser.shown, browser.tones]).toEqual([[], 0])
  tab.hear(news())
  await browser.settle()
  expect(browser.shown).toEqual(['1: 1, line 3'])
})

test('where_the_page_may_not_be_heard_the_system_is', async () => {
  const tab = browser.tab({ isMute: true })
  tab.hear(news())
  await browser.settle()
  tab.hear(news({ isMine: false }))
  await browser.settle()
  expect(browser.shown).toEqual(['1: 1, line 1 loud', '1: 2, line 2'])
})

test('whoever_goes_while_it_sounds_is_shown_nothing', async () => {
  const tab = browser.tab()
  browser.onTone = () => tab.stop()
  tab.hear(news())
  await browser.settle()
  expect([browser.tones, browser.shown]).toEqual([1, []])
})

test('whoever_has_gone_is_told_nothing', async () => {
  const tab = browser.tab()
  tab.hear(news())
  tab.stop()
  await browser.settle()
  expect(browser.shown).toEqual([])
})
