/** What is loaded when somebody first searches, in a room or everywhere. */

export { default as HereBar } from '../search/HereBar.svelte'
export { default as Search } from './Search.svelte'
