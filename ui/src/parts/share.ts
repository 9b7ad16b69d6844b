/** The system's own sheet for passing something on. */

/** Whether this browser has one: most phones have, few computers do. */
export const canShare = () => 'share' in navigator

/** Opens the sheet. False where that did not work; whoever closes it without a choice has chosen. */
export async function share(data: ShareData): Promise<boolean> {
  try {
    await navigator.share(data)
    return true
  } catch (thrown) {
    return thrown instanceof Error && thrown.name === 'AbortError'
  }
}
