/**
 * The icons of the page: one file beside the scripts, of which `<Icon>` shows a part. Only what `icons.json` lists is
 * shipped, by our name and lucide's (lucide.dev, ISC), and a name that is not listed does not compile.
 */
import address from 'virtual:icons'
import type icons from './icons.json'

export type IconName = keyof typeof icons

/** Where `<use>` finds an icon. */
export const iconAddress = (name: IconName) => `${address}#${name}`
