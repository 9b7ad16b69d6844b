/**
 * The types of the text tables. English is the measure: every other language must have each of its
 * keys, in the same shape, or the build fails.
 */
import type { en } from './en'

/** A text that depends on a count `n`; languages have the forms their plural rules name. */
export type Plural = { readonly other: string } & { readonly [rule in Intl.LDMLPluralRule]?: string }

export type Key = keyof typeof en

/** What a language has to supply. */
export type Table = { readonly [K in Key]: (typeof en)[K] extends string ? string : Plural }

type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never

type TextOf<K extends Key> = (typeof en)[K] extends string
  ? (typeof en)[K]
  : (typeof en)[K] extends { readonly other: infer O extends string }
    ? O
    : never

/** The names that a key's text holds in braces; a plural always has its count. */
export type VarsOf<K extends Key> = Names<TextOf<K>> | ((typeof en)[K] extends string ? never : 'n')

/** The second argument of `t`: demanded exactly when the text has something to fill in. */
export type VarsArgument<K extends Key> = [VarsOf<K>] extends [never]
  ? []
  : [vars: { readonly [N in VarsOf<K>]: N extends 'n' ? number : string | number }]
