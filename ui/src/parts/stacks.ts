/** Text as it is drawn, so that no message covers or turns around what stands beside it. */

import { NAME_MARKS_MAX } from '../limits'

const STACK = new RegExp(`(\\p{M}{${NAME_MARKS_MAX}})\\p{M}+`, 'gu')

/** Old signs that nobody writes but as emoji, and that keyboards put for `:-)` and `<3`. */
const FACE = /[☹☺❤](?![\ufe0e\ufe0f])/g

/**
 * Piled marks no higher than in a name; overrides of the direction (U+202D, U+202E), by which text reads other than it
 * is, as the embeddings that mixed scripts need; faces and hearts in colour, as all younger ones are. What is copied by
 * the menu, searched and sent stays as it was written.
 */
export const asDrawn = (text: string) =>
  text
    .replace(STACK, '$1')
    .replace(/[\u202d\u202e]/g, (turn) => (turn > '\u202d' ? '\u202b' : '\u202a'))
    .replace(FACE, '$&\ufe0f')

/** A name within a line of words: one that runs the other way does not turn the line around. */
export const isolated = (name: string) => `\u2068${name}\u2069`
