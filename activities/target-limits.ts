import type { TargetConfiguration } from '../contracts/configuration/targets.ts'
import type { Planned } from './targets/target.ts'

/** What an action would do inside the limits of its target; the preview says what they cut, and nobody has to guess. */
export function withinLimits(planned: Planned, { limits }: Pick<TargetConfiguration, 'limits'>): Planned {
  const atMost = limits?.atMost
  if (atMost === undefined || atMost >= planned.atMost) return planned
  const { preview } = planned
  if (preview.wouldTouch <= atMost) return { preview, atMost }
  const summary = `${preview.summary} The limit of the target cuts this to ${atMost} ${preview.unit}.`
  return { atMost, preview: { ...preview, summary, wouldTouch: atMost } }
}
