/**
 * A Vite plugin: tells the bundler that no page of ours is drawn by a server first. Svelte guards all code for taking such a page
 * over by one variable, so that bundlers may leave it out; but it is set in that very code, so that they do not see it.
 */
import type { Plugin } from 'vite'

const FILE = /svelte\/src\/internal\/client\/dom\/hydration\.js$/
/** What is there, and what stands in its place. */
const CHANGES = [
  ['export let hydrating = false;', 'export const hydrating = false;'],
  ['\thydrating = value;', '\tvoid value;'],
  // Nothing is left of these.
  ['export function reset(', '/* @__NO_SIDE_EFFECTS__ */\nexport function reset('],
  ['export function next(', '/* @__NO_SIDE_EFFECTS__ */\nexport function next('],
] as const

export function withoutHydration(): Plugin {
  return {
    name: 'porch-without-hydration',
    apply: 'build',
    transform: {
      filter: { id: FILE },
      handler(code) {
        return CHANGES.reduce((changed, [before, after]) => {
          if (!changed.includes(before)) throw new Error(`${FILE}: "${before}" is not in it any more`)
          return changed.replace(before, after)
        }, code)
      },
    },
  }
}
