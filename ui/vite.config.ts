import { svelte } from '@sveltejs/vite-plugin-svelte'
import { compression, defineAlgorithm } from 'vite-plugin-compression2'
import { defineConfig } from 'vitest/config'
import { chunks } from './tools/chunks.ts'
import { emoji } from './tools/emoji.ts'
import { icons } from './tools/icons.ts'
import { sourceMapsIn } from './tools/sourceMaps.ts'
import { withoutUnused } from './tools/unused.ts'
import { serviceWorker } from './tools/worker.ts'

/** Of what the first modules name, the bindings of selects are used by later screens alone. */
const notLater = /^(?!.*\/bindings\/select\.js)/

/** What later screens are put together from. */
const parts = /src\/parts\/(Banner|Choices|Field|PersonRow|Select|Switch)\.|bindings\/(input|select)\./
/** By what names and words are compared, in messages as in what is typed. */
const fold = /src\/parts\/(fold|foldTable|wordEdges)\./
/**
 * What several later chunks need, and is smaller than a chunk of its own is worth: the first load has the name of each, and who
 * loads one asks for all that it needs.
 */
const small = new RegExp(
  [
    'src/i18n/(screens|amounts|lists|names|spans)',
    'src/core/(apiBox|archived|attached)',
    'src/conversation/(keepPlace|content/(fileName|firstFrame))',
    'src/parts/(copy|device|inWords|motion|pictureSize|saveFile|seen|zoom)',
    'src/(camera/open|room/openRooms|voice/playing|focusHeading|over)\\.',
  ].join('\\.|'),
)

/**
 * What comes with the first messages, once they are seen; with what stands around one that is written, brings its files, and
 * keeps what was seen.
 */
const message = new RegExp(
  [
    'src/conversation/(Announcer|leadsTo|longPress)',
    'src/parts/(Completion|completing|Menu|menu-place|match|pinyin)',
    'src/sending/(?!bring|drawWorker|ownUrl|Describe|Forward|forward)\\w+',
    'src/doodle/(keeping|open)',
    'src/emoji/pick',
    'src/core/(cacheWriter|commandQueue|keptDoodles|keptFiles|uploads)\\.',
  ].join('\\.|'),
)

export default defineConfig({
  resolve: {
    alias: [
      // As it was written: made for older browsers it is twice as large.
      { find: /^tus-js-client$/, replacement: 'tus-js-client/lib/browser/index.js' },
      { find: /^url-parse$/, replacement: `${import.meta.dirname}/src/sending/ownUrl.ts` },
    ],
    // Tests run the reactivity that browsers run, not the one for rendering on a server.
    ...(process.env.VITEST ? { conditions: ['browser'] } : {}),
  },
  plugins: [
    icons(),
    chunks(),
    withoutUnused(),
    emoji(),
    svelte(),
    serviceWorker('worker/sw.js'),
    sourceMapsIn('maps'),
    compression({
      include: /\.(html|js|css|svg|json|webmanifest|txt)$/,
      threshold: 512,
      algorithms: [defineAlgorithm('gzip', { level: 9 }), defineAlgorithm('brotliCompress')],
    }),
  ],
  build: {
    target: ['chrome123', 'firefox120', 'safari17.5'],
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // All the page needs at once is one file: fewer requests, and together it compresses better.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // And what tells of messages another: each chunk costs the first load its name.
            { name: 'notify', test: /src\/notify\//, includeDependenciesRecursively: false },
            { name: 'porch', tags: ['$initial'], test: notLater, includeDependenciesRecursively: false },
            { name: 'screens', test: small, includeDependenciesRecursively: false },
            { name: 'fold', test: fold, includeDependenciesRecursively: false },
            { name: 'parts', test: parts, includeDependenciesRecursively: false },
            { name: 'message', test: message, includeDependenciesRecursively: false },
            { name: 'emoji', test: /src\/emoji\/(?!pick)/, includeDependenciesRecursively: false },
            { name: 'emojiSet', test: /virtual:emoji/, includeDependenciesRecursively: false },
            {
              name: 'away',
              test: /screens\/(Offline|Unsupported)\.|parts\/[Dd]rawing\./,
              includeDependenciesRecursively: false,
            },
          ],
        },
      },
      // Svelte's runtime does nothing when it is loaded, but does not say so: what only a later chunk needs of it would be
      // part of the first load.
      treeshake: {
        moduleSideEffects: [{ test: /svelte\/src\/(internal\/client|reactivity)\//, sideEffects: false }],
      },
    },
  },
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.svelte.ts', 'tools/**/*.test.ts'],
    environment: 'node',
  },
})
