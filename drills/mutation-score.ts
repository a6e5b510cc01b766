/** How many of the mutants of a runbook its drills notice, and in which order they are best asked. */
import type { Drill } from '../contracts/drill.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { Mutant } from './mutant.ts'

/** One mutant after its drills were run on it. */
export interface TriedMutant {
  mutant: Mutant
  /** The first drill that did not go as it expects; missing when all did. */
  noticedBy?: string
}

export interface MutationScore {
  noticed: number
  /** Those that can be noticed. */
  of: number
  /** In percent, rounded down to tenths: 100 is only what is whole. 100 where there is nothing to notice. */
  percent: number
  survivors: Mutant[]
  equivalent: Mutant[]
}

/** Equivalent mutants count neither way, whatever became of them. */
export function mutationScore(tried: readonly TriedMutant[]): MutationScore {
  const counted = tried.filter(({ mutant }) => mutant.equivalent === undefined)
  const noticed = counted.filter(({ noticedBy }) => noticedBy !== undefined).length
  return {
    noticed,
    of: counted.length,
    percent: counted.length === 0 ? 100 : Math.floor((1_000 * noticed) / counted.length) / 10,
    survivors: counted.flatMap(({ mutant, noticedBy }) => (noticedBy === undefined ? [mutant] : [])),
    equivalent: tried.flatMap(({ mutant }) => (mutant.equivalent === undefined ? [] : [mutant])),
  }
}

/** @param thresholdPercent what is asked for at least. */
export function isEnough({ percent }: MutationScore, thresholdPercent: number): boolean {
  return percent >= thresholdPercent
}

/** The drills in the order in which they are likely to notice it: then most mutants take one drill. Those alike stay in their order. */
export function noticedFirst<D extends Drill>(
  { path, kind }: Pick<Mutant, 'path' | 'kind'>,
  runbook: Runbook,
  drills: readonly D[],
): D[] {
  const likely = likelihoodOf(path, kind, runbook)
  return drills
    .map((drill, index) => ({ drill, index, likely: likely(drill) }))
    .toSorted((a, b) => b.likely - a.likely || a.index - b.index)
    .map(({ drill }) => drill)
}

/** A drill that kills processes takes ten times as long as any other. */
function cost({ crashes, events }: Drill): number {
  return crashes.length > 0 || events.some(({ kind }) => kind === 'crash') ? 100 : 0
}

function likelihoodOf(
  path: Mutant['path'],
  kind: Mutant['kind'],
  runbook: Runbook,
): (drill: Drill) => number {
  const [list, index] = path
  const about = ((): ((drill: Drill) => number) => {
    switch (list) {
      case 'mitigate': {
        const step = runbook.mitigate[Number(index)]?.id ?? ''
        return drill => likelyOfStep(drill, step, kind, path)
      }
      case 'escalate':
        return drill => likelyOfLevel(drill, path)
      case 'officeHours':
        return drill => drill.expect.pages.length
      case 'verify':
      case 'holdMs':
        return ({ expect }) =>
          (expect.closedAtMs === undefined ? 0 : 2) + (expect.verdicts?.['overall'] === undefined ? 0 : 1)
      case 'communication':
        return ({ expect }) => expect.told?.length ?? -1
      case 'postmortem':
        return ({ expect }) => (expect.postmortem === undefined ? 0 : 1)
      default:
        return () => 0
    }
  })()
  return drill => about(drill) - cost(drill)
}

function likelyOfStep(
  { expect, given, events, crashes }: Drill,
  step: string,
  kind: Mutant['kind'],
  path: Mutant['path'],
): number {
  const asks = events.some(
    event => event.kind === 'person' && 'step' in event.does && event.does.step === step,
  )
  const isTimed = expect.steps?.[step]?.atMs !== undefined
  return [
    expect.steps?.[step] !== undefined,
    given.steps[step] !== undefined,
    crashes.some(crash => crash.step === step),
    asks,
    isTimed && kind === 'duration',
    (expect.gates?.[step] !== undefined || asks) && path.includes('gate'),
    expect.effects?.[step]?.with !== undefined && kind === 'parameter',
    expect.effects?.[`${step}.undo`] !== undefined && path.includes('undo'),
  ].filter(Boolean).length
}

/** That with the most pages reaches the latest levels. */
function likelyOfLevel({ expect, events }: Drill, path: Mutant['path']): number {
  const isAcknowledged = events.some(event => event.kind === 'person' && event.does.act === 'acknowledge')
  return expect.pages.length + (path.at(-1) === 'unless' && isAcknowledged ? 10 : 0)
}
