/** Marks piled on one character: as many are drawn as a name may have, so that no stack covers the lines around it. */

/** The box's limit for names: the highest stack of any living script, in Tibetan, has as many. */
export const STACK_MAX = 8

const STACK = new RegExp(`(\\p{M}{${STACK_MAX}})\\p{M}+`, 'gu')

/** The text as it is drawn. What is copied, searched and sent stays as it was written. */
export const lowStacks = (text: string) => text.replace(STACK, '$1')
