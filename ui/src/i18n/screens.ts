/**
 * For screens that are loaded on demand: everything of `i18n`, and a `t` that knows their texts too.
 * Such a screen is imported through `withTexts`, which sees to it that they are there when it is drawn.
 */
export { formatBytes, formatLength, formatMonth } from './amounts'
export * from './index'
export { tScreens as t } from './language.svelte'
export { compareNames, formatList } from './lists'
export { formatSpan, formatWhen, joinSentences } from './spans'
