/** What people and rooms are called in a search, each differently: a guest who comes back may have the name of one who has gone. */
import { hasEnded } from '../core/guests'
import { fold } from '../parts/fold'
import type { User, UserId } from '../protocol'
import type { Named } from './query'

/** Those who are here by their names; those whose stay has ended as `past` says it, numbered where that is not enough. */
export function distinct(
  people: Iterable<User>,
  boxNow: number,
  past: (user: User, endedAt: number) => string,
): Named<UserId>[] {
  const byId = [...people].sort((one, other) => one.id - other.id)
  const gone = byId.filter((user) => hasEnded(user, boxNow))
  const here = byId.filter((user) => !gone.includes(user))
  return numbered([
    ...here.map(({ id, name }) => ({ id, name })),
    ...gone.map((user) => ({ id: user.id, name: past(user, user.ends_at ?? boxNow) })),
  ])
}

/** Those of one name as `more` tells of them, numbered where that is not enough. */
export function toldApart<N extends Named<number>>(all: readonly N[], more: (one: N) => string): N[] {
  const count = new Map<string, number>()
  for (const { name } of all) count.set(fold(name), (count.get(fold(name)) ?? 0) + 1)
  const byId = [...all].sort((one, other) => one.id - other.id)
  return numbered(byId.map((one) => (count.get(fold(one.name)) === 1 ? one : { ...one, name: more(one) })))
}

function numbered<N extends Named<number>>(all: readonly N[]): N[] {
  const taken = new Set<string>()
  return all.map((one) => {
    let { name } = one
    for (let n = 2; taken.has(fold(name)); n++) name = `${one.name} ${n}`
    taken.add(fold(name))
    return { ...one, name }
  })
}
