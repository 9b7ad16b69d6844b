/**
 * A Vite plugin: tells the bundler what of Svelte this page never uses. No page of ours is drawn by a server first; no component
 * awaits (`experimental.async`); and nothing catches a part that fails (`<svelte:boundary>`), so that none is put around the
 * whole. Svelte guards the code for each by what a bundler cannot know.
 */
import type { Plugin } from 'vite'

type Change = readonly [before: string, after: string]

const CHANGES: Readonly<Record<string, readonly Change[]>> = {
  'dom/hydration.js': [
    // The one variable by which it is guarded is set in that very code.
    ['export let hydrating = false;', 'export const hydrating = false;'],
    ['\thydrating = value;', '\tvoid value;'],
    // Nothing is left of these.
    ['export function reset(', '/* @__NO_SIDE_EFFECTS__ */\nexport function reset('],
    ['export function next(', '/* @__NO_SIDE_EFFECTS__ */\nexport function next('],
  ],
  // Without any, there is nothing to wait for.
  'reactivity/async.js': [['if (async.length === 0 && pending.length === 0) {', 'if (true) {']],
  'render.js': [
    [
      "import { boundary } from './dom/blocks/boundary.js';",
      `import { branch } from './reactivity/effects.js';
const boundary = (node, _, children) => branch(() => children(node));`,
    ],
  ],
}

const FILES = /svelte\/src\/internal\/client\/(dom\/hydration|reactivity\/async|render)\.js$/

export function withoutUnused(): Plugin {
  return {
    name: 'porch-without-unused',
    apply: 'build',
    transform: {
      filter: { id: FILES },
      handler(code, id) {
        const changes = CHANGES[`${FILES.exec(id)![1]}.js`]!
        return changes.reduce((changed, [before, after]) => {
          if (!changed.includes(before)) throw new Error(`${id}: "${before}" is not in it any more`)
          return changed.replace(before, after)
        }, code)
      },
    },
  }
}
