/** How the targets of the kept behaviours fare. */
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'

export const wellOnceStopped: ScriptedTarget = {
  measure: moment => ({ status: 'up', latency_ms: moment.effects === 0 ? 900 : 20 }),
}

export const ill = { idle: 50, used_ratio: 0.99, status: 'up' }
export const well = { idle: 1, used_ratio: 0.2, status: 'up' }
export const mendedBy = (effects: number): ScriptedTarget => ({
  measure: moment => (moment.effects >= effects ? well : ill),
})
/** Less ill at the first look than at those that follow. */
export function becomesWorse(): ScriptedTarget {
  let looks = 0
  return { measure: () => (looks++ < 2 ? { ...ill, used_ratio: 0.8 } : ill) }
}
export const neverMended: ScriptedTarget = { measure: () => ill }
export const lost: ScriptedTarget = {
  measure: () => ill,
  apply: async () => {
    throw new Error('the connection broke in the middle')
  },
}
