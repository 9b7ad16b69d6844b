import { beforeEach, expect, test } from 'vitest'
import { Refusal } from './api'
import { Attempts } from './attempts'

let storage: Map<string, string>
let waits: number[]
let now: number

const attempts = () =>
  new Attempts({
    storage: {
      getItem: (key) => storage.get(key) ?? null,
      setItem: (key, value) => void storage.set(key, value),
      removeItem: (key) => void storage.delete(key),
    },
    now: () => now,
    wait: async (ms) => void waits.push(ms),
  })

/** Answers one after the other: a code is thrown, anything else is the answer. */
function box(...answers: (Refusal | string)[]) {
  const secrets: string[] = []
  const send = async (secret: string) => {
    secrets.push(secret)
    const answer = answers.shift() ?? 'in'
    if (answer instanceof Refusal) throw answer
    return answer
  }
  return { secrets, send }
}

const lost = () => new Refusal('unreachable')

beforeEach(() => {
  storage = new Map()
  waits = []
  now = 1_790_000_000_000
})

test('an_attempt_whose_answer_was_lost_is_repeated_with_the_same_secret', async () => {
  const { secrets, send } = box(lost(), lost(), 'in')
  let wentOn = 0
  expect(await attempts().make('join a Ada', send, () => wentOn++)).toBe('in')
  expect(secrets).toHaveLength(3)
  expect(new Set(secrets).size).toBe(1)
  expect(secrets[0]).toMatch(/^[A-Za-z0-9_-]{22}$/)
  expect(wentOn).toBe(2)
})

test('a_secret_outlives_the_page_until_an_answer_has_come_and_no_longer', async () => {
  const first = box(lost(), lost(), lost())
  await expect(attempts().make('join a Ada', first.send, () => {})).rejects.toThrow('unreachable')
  const second = box('in')
  await attempts().make('join a Ada', second.send, () => {})
  expect(second.secrets[0]).toBe(first.secrets[0])
  expect(storage.size).toBe(0)
  const third = box('in')
  await attempts().make('join a Ada', third.send, () => {})
  expect(third.secrets[0]).not.toBe(first.secrets[0])
})

test('another_name_or_invite_is_another_attempt_and_the_first_is_still_known', async () => {
  const page = attempts()
  const give = (what: string, answered: ReturnType<typeof box>) =>
    page.make(what, answered.send, () => {}).catch(() => {})
  const [ada, zoe, again] = [
    box(lost(), lost(), lost()),
    box(new Refusal('invite_used')),
    box(new Refusal('slow_down')),
  ]
  await give('join a Ada', ada)
  await give('join a Zoe', zoe)
  await give('join a Ada', again)
  expect(zoe.secrets[0]).not.toBe(ada.secrets[0])
  expect(again.secrets[0]).toBe(ada.secrets[0])
})

test('a_busy_box_is_asked_again_when_it_says_and_a_refusal_is_not_repeated', async () => {
  const busy = box(new Refusal('busy', '', 700), new Refusal('busy', '', 60_000), 'in')
  await attempts().make('register Ada', busy.send, () => {})
  expect(waits).toEqual([700, 5_000])
  const taken = box(new Refusal('name_taken'))
  await expect(attempts().make('register Ada', taken.send, () => {})).rejects.toThrow('name_taken')
  expect(taken.secrets).toHaveLength(1)
})

test('an_old_secret_and_a_storage_with_anything_in_it_give_a_new_one', async () => {
  const first = box(lost(), lost(), lost())
  await attempts()
    .make('join a Ada', first.send, () => {})
    .catch(() => {})
  now += 86_400_000
  const second = box(new Refusal('slow_down'))
  await attempts()
    .make('join a Ada', second.send, () => {})
    .catch(() => {})
  expect(second.secrets[0]).not.toBe(first.secrets[0])
  storage.set('porch.attempts', '{"not":"ours"}')
  await attempts().make('join a Ada', box('in').send, () => {})
})
