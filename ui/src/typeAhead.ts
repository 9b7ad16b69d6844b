/**
 * Type-ahead: keys pressed after one has opened a field and before the field is there, which may have to be loaded first. They
 * go into a field that nobody sees, and from there into the one that was meant; the keyboard of a phone stays open as well.
 */
import { t } from './i18n'

let field: HTMLInputElement | null = null
let before: Element | null = null

/** Takes what is typed from now on, until `takeTyped`. */
export function typeAhead(): void {
  if (field) return
  before = document.activeElement
  field = document.createElement('input')
  field.className = 'hidden-text'
  field.ariaLabel = t('common.loading')
  // Who goes elsewhere meanwhile means something else.
  field.onblur = drop
  document.body.append(field)
  field.focus({ preventScroll: true })
}

/** What was typed meanwhile. The focus is where it was before. */
export function takeTyped(): string {
  const typed = field?.value ?? ''
  const back = before
  drop()
  if (back instanceof HTMLElement) back.focus({ preventScroll: true })
  return typed
}

function drop(): void {
  const gone = field
  // Taking it away blurs it.
  field = before = null
  gone?.remove()
}
