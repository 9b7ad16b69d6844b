/** Modules that the build makes. */
declare module 'virtual:icons' {
  /** The address of the file with all icons. */
  const address: string
  export default address
}

declare module 'virtual:emoji' {
  /** All emoji, a line each: see `tools/emoji.ts`. */
  const lines: string
  export default lines
}
