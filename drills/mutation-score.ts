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

/** What earlier runs have shown of the drills of a runbook. */
export interface Experience {
  /** By the name of the drill, in real milliseconds. */
  tookMs: ReadonlyMap<string, number>
  tried: readonly TriedMutant[]
}

const none: Experience = { tookMs: new Map(), tried: [] }

/**
 * The drills in the order in which they are likely to notice it: then most mutants take one drill. First come those that have noticed a change
 * in the same place of the runbook, the nearest one first; of drills that are as likely, the quickest. Those alike stay in their order.
 */
export function noticedFirst<D extends Drill>(
  { path, kind }: Pick<Mutant, 'path' | 'kind'>,
  runbook: Runbook,
  drills: readonly D[],
  { tookMs, tried }: Experience = none,
): D[] {
  const likely = likelihoodOf(path, kind, runbook)
  const nearest = (name: string): number =>
    Math.max(0, ...tried.map(({ mutant, noticedBy }) => (noticedBy === name ? shared(mutant.path, path) : 0)))
  return drills
    .map((drill, index) => ({
      drill,
      index,
      near: nearest(drill.name),
      likely: likely(drill),
      tookMs: tookMs.get(drill.name) ?? 0,
    }))
    .toSorted((a, b) => b.near - a.near || b.likely - a.likely || a.tookMs - b.tookMs || a.index - b.index)
    .map(({ drill }) => drill)
}

/** How deep in the runbook two paths part; 0 when they have no more than a list in common. */
function shared(one: Mutant['path'], other: Mutant['path']): number {
  const parted = one.findIndex((key, index) => key !== other[index])
  const depth = parted === -1 ? one.length : parted
  return depth < 2 ? 0 : depth
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
