import { ratios, type Spread, spreadOf } from './arithmetic.ts'

export type Unit = 'ms' | '/s' | 'events' | 'MiB'

/** One line of the table. */
export interface Figure {
  /** `<part>.<what>`, stable between runs, so that a baseline can be compared. */
  id: string
  what: string
  unit: Unit
  better: 'lower' | 'higher'
  /** One value a round. */
  rounds: number[]
  beside: Peer[]
  aims: Aim[]
  /** What one value is made of, largest first. */
  madeOf?: Record<string, number>
}

export interface Peer {
  name: string
  /** Measured in the same rounds, right before or after ours. */
  rounds: number[]
}

/** Of the ratio to the named peer, or of the value itself. */
export interface Aim {
  peer?: string
  atMost?: number
  atLeast?: number
}

export interface Judged extends Aim {
  got: number
  isMet: boolean
}

/** The ratio to one peer. Throws when the figure has no such peer. */
export function ratioTo(figure: Figure, name: string): Spread {
  const peer = figure.beside.find(candidate => candidate.name === name)
  if (peer === undefined) throw new RangeError(`${figure.id} was not measured beside ${name}.`)
  return spreadOf(ratios(figure.rounds, peer.rounds))
}

/** Each aim of a figure against its median; an aim beside a peer that is not installed says nothing. */
export function judge(figure: Figure): Judged[] {
  return figure.aims.flatMap(aim => {
    if (aim.peer !== undefined && !figure.beside.some(({ name }) => name === aim.peer)) return []
    const { median } = aim.peer === undefined ? spreadOf(figure.rounds) : ratioTo(figure, aim.peer)
    const isMet = median <= (aim.atMost ?? Infinity) && median >= (aim.atLeast ?? -Infinity)
    return [{ ...aim, got: median, isMet }]
  })
}
