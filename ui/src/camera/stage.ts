/** How it stands with a picture that is taken. */
import type { CameraFault, InUse } from './cameras'

export type CameraStage =
  /** The browser asks the person, or the camera starts. */
  | { readonly is: 'asking' }
  | { readonly is: 'live'; readonly used: InUse; readonly cameras: readonly string[] }
  | {
      readonly is: 'counting'
      readonly used: InUse
      readonly cameras: readonly string[]
      readonly left: number
    }
  | {
      readonly is: 'taken'
      readonly used: InUse
      readonly file: File
      readonly url: string
      /** As in a mirror. */
      readonly isFlipped: boolean
    }
  | { readonly is: 'fault'; readonly fault: CameraFault }

/** Seconds from the press to the picture. */
export const TIMER_S = 3
