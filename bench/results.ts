import { readFile } from 'node:fs/promises'
import { spreadOf } from './arithmetic.ts'
import { type Figure, judge, ratioTo } from './figure.ts'
import type { Machine } from './machine.ts'

/** What one run leaves behind, as JSON. */
export interface Results {
  format: 1
  startedAt: string
  isQuick: boolean
  machine: Machine
  figures: Figure[]
}

export interface Change {
  id: string
  /** What is compared: the figure itself, or its ratio to a peer. */
  of: string
  before: number
  now: number
  /** `noise` when the spreads of both runs overlap. */
  verdict: 'better' | 'worse' | 'noise'
}

/** Every figure and ratio both runs have. Between two machines only ratios are compared: their figures say nothing of us. */
export function compare(before: Results, now: Results): Change[] {
  const isSameMachine =
    before.machine.model === now.machine.model && before.machine.cores === now.machine.cores
  return now.figures.flatMap(figure => {
    const old = before.figures.find(candidate => candidate.id === figure.id)
    if (old === undefined) return []
    const ofPeers = figure.beside.flatMap(({ name }) =>
      old.beside.some(peer => peer.name === name)
        ? [change(figure, `beside ${name}`, ratioTo(old, name), ratioTo(figure, name))]
        : [],
    )
    const itself = change(figure, figure.unit, spreadOf(old.rounds), spreadOf(figure.rounds))
    return isSameMachine ? [itself, ...ofPeers] : ofPeers
  })
}

function change(
  { id, better }: Figure,
  of: string,
  before: ReturnType<typeof spreadOf>,
  now: ReturnType<typeof spreadOf>,
): Change {
  const overlaps = before.lowest <= now.highest && now.lowest <= before.highest
  const isLower = now.median < before.median
  const verdict = overlaps ? 'noise' : isLower === (better === 'lower') ? 'better' : 'worse'
  return { id, of, before: before.median, now: now.median, verdict }
}

/** Reads what an earlier run has written. Throws a plain sentence when it is something else. */
export async function readResults(file: string): Promise<Results> {
  const text = await readFile(file, 'utf8')
  try {
    // Written by this program; the format number says whether by a version that wrote the same.
    const read = JSON.parse(text) as Results
    if (read.format === 1) return read
  } catch {
    // Said below, in one sentence for both.
  }
  throw new Error(`${file} holds no results of npm run bench.`)
}

export function missedAims(results: Results): string[] {
  return results.figures.flatMap(figure => (judge(figure).some(({ isMet }) => !isMet) ? [figure.id] : []))
}
