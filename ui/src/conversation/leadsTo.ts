/** Where a key leads from row `at` of `count`, which may be beyond either end; null when it leads nowhere. */
export function leadsTo(key: string, at: number, count: number): number | null {
  if (key === 'ArrowUp') return at - 1
  if (key === 'ArrowDown') return at + 1
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return null
}
