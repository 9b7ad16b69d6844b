/** For the screens about the box, which are imported with `withTexts(…, 'box')`: a `t` that knows their texts too. */
export { formatBytes } from './amounts'
export * from './index'
export { tBox as t } from './language.svelte'
export { compareNames, formatList } from './lists'
export { formatDelay, formatSpan, formatWhen } from './spans'
