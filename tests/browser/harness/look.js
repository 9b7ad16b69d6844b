// Looks at a screen as it is: a screenshot and an accessibility audit at each width.

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { ARTIFACTS } from './porch.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** A small phone, a tablet upright, a laptop. */
const SIZES = [
  { width: 360, height: 740 },
  { width: 768, height: 1024 },
  { width: 1280, height: 800 },
]

/** The widest alone: for what does not outlive a change of size. */
export const WIDEST = SIZES.slice(-1)

/** A screen at each width: kept as a picture, and without a finding by axe. Leaves the widest. */
export async function look(page, name, sizes = SIZES) {
  mkdirSync(ARTIFACTS, { recursive: true })
  for (const size of sizes) {
    await page.setViewportSize(size)
    await settled(page)
    await page.screenshot({ path: path.join(ARTIFACTS, `${name}-${size.width}.png`) })
    assert.deepEqual(await findings(page), [], `axe on ${name} at ${size.width} px`)
  }
}

/** Two frames, and the end of every transition that runs. */
async function settled(page) {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
    const finite = document
      .getAnimations()
      .filter((animation) => animation.effect?.getTiming().iterations !== Infinity)
    await Promise.allSettled(finite.map((animation) => animation.finished))
  })
}

/** What axe finds, one line each; by all its rules but `without`, those of WCAG 2.2 AA included. */
export async function findings(page, without = []) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE)
  return page.evaluate(async (without) => {
    const rules = { 'target-size': { enabled: true } }
    for (const rule of without) rules[rule] = { enabled: false }
    const { violations } = await window.axe.run(document, { rules, resultTypes: ['violations'] })
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}: ${node.failureSummary}`),
    )
  }, without)
}
