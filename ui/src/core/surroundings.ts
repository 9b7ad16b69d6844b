/** What the chat needs of the world around it: the browser's in the page, a test's own in tests. */
import type * as api from './api'
import type { World } from './connection'
import type { Kept } from './kept'

/** What the chat asks of the box. */
export type Api = Pick<
  typeof api,
  | 'archivedRooms'
  | 'box'
  | 'boxNow'
  | 'history'
  | 'join'
  | 'joinedRooms'
  | 'keepsCookies'
  | 'login'
  | 'logout'
  | 'me'
  | 'people'
  | 'register'
  | 'room'
  | 'search'
>

export type Surroundings = {
  readonly api: Api
  readonly world: World
  /** What is kept on this device. */
  readonly kept: Kept
  /** Where small things stay between two lives of the page; null where the browser stores nothing. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null
}
