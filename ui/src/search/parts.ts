/** What is loaded when somebody first searches, in a room or everywhere. */
export { default as Search } from '../screens/Search.svelte'
export { default as HereBar } from './HereBar.svelte'
