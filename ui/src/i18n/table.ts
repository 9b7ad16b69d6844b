/**
 * The types of the text tables. English is the measure: every other language must have each of its
 * keys, in the same shape, or the build fails.
 */
import type { en } from './en'
import type { enBox } from './enBox'
import type { enScreens } from './enScreens'

/** A text that depends on a count `n`; languages have the forms their plural rules name. */
export type Plural = { readonly other: string } & { readonly [rule in Intl.LDMLPluralRule]?: string }

/** Texts that are there from the start. */
export type Key = keyof typeof en
/** Texts that come with the screens loaded on demand. */
export type ScreenKey = keyof typeof enScreens
/** Texts that come with the screens about the box. */
export type BoxKey = keyof typeof enBox
type AnyKey = Key | ScreenKey | BoxKey

type English = typeof en & typeof enScreens & typeof enBox
type Translated<E> = { readonly [K in keyof E]: E[K] extends string ? string : Plural }

/** What a language has to supply. */
export type Table = Translated<typeof en>
export type ScreensTable = Translated<typeof enScreens>
export type BoxTable = Translated<typeof enBox>

type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never

type TextOf<K extends AnyKey> = English[K] extends string
  ? English[K]
  : English[K] extends { readonly other: infer O extends string }
    ? O
    : never

/** The names that a key's text holds in braces; a plural always has its count. */
export type VarsOf<K extends AnyKey> = Names<TextOf<K>> | (English[K] extends string ? never : 'n')

/** The second argument of `t`: demanded exactly when the text has something to fill in. */
export type VarsArgument<K extends AnyKey> = [VarsOf<K>] extends [never]
  ? []
  : [vars: { readonly [N in VarsOf<K>]: N extends 'n' ? number : string | number }]
