/** What the chat needs of the world around it: the browser's in the page, a test's own in tests. */
import type * as all from './api'
import type { World } from './connection'
import type { Kept } from './kept'

/** What it asks of the box. Named one by one: an object of all that a module has costs the page its making. */
export type Api = Pick<
  typeof all,
  'box' | 'boxNow' | 'history' | 'joinedRooms' | 'logout' | 'me' | 'people' | 'room'
>

export type Surroundings = {
  readonly api: Api
  readonly world: World
  /** What is kept on this device. */
  readonly kept: Kept
  /** Where small things stay between two lives of the page; null where the browser stores nothing. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null
}
