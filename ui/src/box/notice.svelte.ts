/** What the owner should know without looking for it: asked quietly, shown calmly, put away for a day. */
import type { Checked, Report } from '../protocol'

/** How often a page that is looked at asks again. */
export const ASK_EVERY_MS = 5 * 60_000
const PUT_AWAY_KEY = 'porch.notice'

/** Only what people will run into soon; anything else waits on the owner's page. */
const TOLD: ReadonlySet<string> = new Set([
  'name_taken',
  'clock_behind',
  'clock_ahead',
  'certificate_ends',
  'certificate_ended',
  'certificate_broken',
  'certificate_own_ends',
  'certificate_own_ended',
  'certificate_own_broken',
  'certificate_own_unanswered',
  'data_folder_denied',
  'data_folder_read_only',
  'database_broken',
  'database_failing',
  'database_full',
  'database_lost',
])

type Surroundings = {
  readonly ask: () => Promise<Report>
  /** The reader's day, such as "2026-11-20". */
  readonly day: () => string
  readonly storage: Pick<Storage, 'getItem' | 'setItem'> | null
}

export class Notice {
  /** What is shown, the worst first; empty when all is well or it was put away. */
  findings = $state.raw<readonly Checked[]>([])

  #around: Surroundings

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** Asks the box. Where it does not answer, what was known stays. */
  async look(): Promise<void> {
    let report: Report
    try {
      report = await this.#around.ask()
    } catch {
      return
    }
    const told = report.checks
      .filter((checked) => checked.level !== 'ok' && TOLD.has(checked.finding))
      .sort((a, b) => Number(b.level === 'problem') - Number(a.level === 'problem'))
    const known = this.#putAway()
    this.findings = told.every((checked) => known.has(checked.finding)) ? [] : told
  }

  /** Not again today, unless something else comes up. */
  putAway(): void {
    const findings = this.findings.map((checked) => checked.finding)
    this.findings = []
    try {
      this.#around.storage?.setItem(PUT_AWAY_KEY, JSON.stringify({ day: this.#around.day(), findings }))
    } catch {
      // Storage may be full or forbidden: it then comes back with the next look.
    }
  }

  #putAway(): ReadonlySet<string> {
    try {
      const kept = JSON.parse(this.#around.storage?.getItem(PUT_AWAY_KEY) ?? 'null')
      return kept?.day === this.#around.day() ? new Set<string>(kept.findings) : new Set()
    } catch {
      return new Set()
    }
  }
}
