import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../core/api'
import { ERROR_TEXT_CHARS_MAX, IDENT_BYTES_MAX, STACK_FRAMES_MAX } from '../limits'
import type { Failed } from './early'
import { NAMES, SAYINGS } from './sayings'
import { toldError } from './toldError'

const ORIGIN = 'https://porch.local:8443'
const MARKER = 'Zanzibar7'

/** Node has none of these events; what is read of them is what browsers give. */
const event = (fields: object) => fields as unknown as Failed
const thrown = (error: unknown) => toldError(event({ reason: error }), ORIGIN)

function errorWith(stack: string, message = 'x', name = 'TypeError'): Error {
  return Object.assign(new Error(message), { name, stack })
}

/** What `attempt` throws. */
function caught(attempt: () => unknown): unknown {
  try {
    attempt()
  } catch (error) {
    return error
  }
  throw new Error('it threw nothing')
}

describe('of an error is told', () => {
  test('its name, a sentence that we know, and the places in our own scripts', () => {
    const stack = [
      'TypeError: Cannot read properties of undefined (reading ‘x’)',
      `    at Array.map (<anonymous>)`,
      `    at open (${ORIGIN}/assets/index-Dai2Pmb6.js:1:2345)`,
      `    at async ${ORIGIN}/assets/Menu-a_b-c.js:12:9`,
      `    at https://elsewhere.example/assets/x.js:1:1`,
      `    at ${ORIGIN}/old.js:7:8`,
    ].join('\n')
    const message = "Cannot read properties of undefined (reading 'x')"
    expect(thrown(errorWith(stack, message))).toEqual({
      name: 'TypeError',
      text: 'Cannot read properties of undefined (reading …)',
      stack: ['index-Dai2Pmb6.js:1:2345', 'Menu-a_b-c.js:12:9', 'old.js:7:8'],
    })
  })

  test('the same from the stacks of Firefox and of WebKit', () => {
    const stack = `open@${ORIGIN}/assets/a.js:1:2\n@${ORIGIN}/assets/b.js:3:4\nasync*c@${ORIGIN}/assets/c.js:5:6\n[native code]`
    expect(thrown(errorWith(stack))?.stack).toEqual(['a.js:1:2', 'b.js:3:4', 'c.js:5:6'])
  })

  test('where it was met, when the browser says no more', () => {
    const told = toldError(
      event({
        error: null,
        message: 'Uncaught SyntaxError: Invalid or unexpected token',
        filename: `${ORIGIN}/assets/a.js`,
        lineno: 3,
        colno: 4,
      }),
      ORIGIN,
    )
    expect(told).toEqual({ name: 'Error', text: 'Invalid or unexpected token', stack: ['a.js:3:4'] })
  })

  test('the code of our own errors and of the framework’s, and nothing else of them', () => {
    expect(thrown(new Refusal('name_taken', `${MARKER} is taken`))).toMatchObject({
      name: 'Refusal',
      text: 'name_taken',
    })
    expect(thrown(new Refusal(`a code with ${MARKER}` as 'busy'))?.text).toBe('unexpected')
    const code = 'https://svelte.dev/e/effect_update_depth_exceeded'
    expect(thrown(new Error(code))?.text).toBe(code)
    expect(thrown(new Error(`https://svelte.dev/e/${MARKER}`))?.text).toBe('')
  })

  test('that something was thrown, where it is no error', () => {
    for (const reason of [MARKER, { message: MARKER, stack: MARKER, name: MARKER }, 7, Symbol(MARKER)])
      expect(thrown(reason)).toEqual({ name: 'Error', text: 'Something else was thrown', stack: [] })
    expect(thrown(undefined)).toEqual({ name: 'Error', text: '', stack: [] })
  })

  test('nothing where it is an extension’s, or an observer that goes on in the next frame', () => {
    expect(thrown(errorWith('x\n    at a (chrome-extension://abc/a.js:1:1)'))).toBe(null)
    const loop = { error: null, message: 'ResizeObserver loop completed with undelivered notifications.' }
    expect(toldError(event(loop), ORIGIN)).toBe(null)
  })

  test('so many places and no more', () => {
    const stack = `    at f (${ORIGIN}/assets/a.js:1:1)\n`.repeat(100)
    expect(thrown(errorWith(stack))?.stack).toHaveLength(STACK_FRAMES_MAX)
  })
})

test('nothing that somebody typed is told, however it came into an error', () => {
  const object: Record<string, Record<string, unknown>> = {}
  const errors = [
    () => JSON.parse(MARKER),
    () => JSON.parse(`{"a":${MARKER}}`),
    () => new URL(MARKER),
    () => new RegExp(`${MARKER}(`),
    () => BigInt(MARKER),
    () => object[MARKER]![MARKER],
    () => (object as never as Record<string, () => void>)[MARKER]!(),
    () => Reflect.apply(null as never, MARKER, []),
    () => new Intl.DateTimeFormat(MARKER),
    () => new Intl.DateTimeFormat('en', { timeZone: MARKER }),
    () => MARKER in (MARKER as never),
    () => new Map([MARKER] as never),
    () => Object.defineProperty(Object.freeze({}), MARKER, {}),
    () => structuredClone(Object.assign(() => {}, { name: MARKER })),
    () => decodeURIComponent(`%${MARKER}`),
    () => new DOMException(MARKER, 'SyntaxError'),
  ].map((attempt) => {
    try {
      return attempt()
    } catch (error) {
      return error
    }
  })
  errors.push(
    new Error(MARKER),
    new Error(`${MARKER} is not a function`),
    new Error(`a\n    at ${MARKER} (${ORIGIN}/assets/${MARKER}.js:1:1)`),
    Object.assign(new Error(`${ORIGIN}/r/4?q=${MARKER}`), { name: MARKER }),
    errorWith(
      `${MARKER}@${ORIGIN}/assets/a.js:1:1\n    at Object.${MARKER} [as ${MARKER}] (${ORIGIN}/r/${MARKER}:1:1)`,
    ),
    new AggregateError([new Error(MARKER)], MARKER, { cause: MARKER }),
    { [MARKER]: MARKER },
    caught(() => {
      throw MARKER
    }),
  )
  expect(errors.some((error) => String((error as Error).message).includes(MARKER))).toBe(true)
  for (const error of errors) {
    const told = JSON.stringify(thrown(error))
    expect(told, String(error)).not.toContain(MARKER)
    const asEvent = {
      error,
      message: `Uncaught ${error}`,
      filename: `${ORIGIN}/r/4/${MARKER}`,
      lineno: 1,
      colno: 1,
    }
    expect(JSON.stringify(toldError(event(asEvent), ORIGIN))).not.toContain(MARKER)
  }
})

test('what is told is what the box takes', () => {
  for (const saying of SAYINGS) {
    expect(saying.length, saying).toBeLessThanOrEqual(ERROR_TEXT_CHARS_MAX)
    expect(saying, saying).toMatch(/^[ -~…]+$/)
    const message = saying.replaceAll('…', `'${MARKER}'`)
    expect(thrown(new Error(message))?.text, 'a narrower one stands before it').toBe(saying)
  }
  expect(new Set(SAYINGS).size).toBe(SAYINGS.length)
  for (const name of NAMES) expect(name.length).toBeLessThanOrEqual(IDENT_BYTES_MAX)
})

test('the names of places are words that the box takes', () => {
  const routes = readFileSync(new URL('../router.svelte.ts', import.meta.url), 'utf8')
  const phases = readFileSync(new URL('../core/entry.svelte.ts', import.meta.url), 'utf8')
  const names = [...routes.matchAll(/\{ at: '([^']+)'/g)].map((match) => match[1]!)
  const before = [.../export type Phase = (.*)/.exec(phases)![1]!.matchAll(/'(\w+)'/g)].map(
    (match) => match[1]!,
  )
  expect(names.length).toBeGreaterThan(10)
  expect(before.length).toBeGreaterThan(4)
  for (const phase of before)
    for (const name of names) {
      expect(`${phase}.${name}`).toMatch(/^[A-Za-z0-9._-]+$/)
      expect(`${phase}.${name}`.length).toBeLessThanOrEqual(IDENT_BYTES_MAX)
    }
})
