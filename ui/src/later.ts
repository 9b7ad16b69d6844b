/** What the shell loads once the messages are seen, or when another screen is looked at. */
import { lastInWords } from './parts/inWords'
import { typingText } from './typing'
import { words } from './words.svelte'

export { default as AfterFirst } from './AfterFirst.svelte'
export { default as Elsewhere } from './Elsewhere.svelte'

words.attached = lastInWords
words.typing = typingText
