/** Who is called and who is told: by whom it reaches, and not by the order in which a moment's messages went out. */
import type { Drill } from '../contracts/drill.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { Happened, Moment } from './happened.ts'
import { atMoment, atTime, type Held, isSameSet, listed, setKey } from './held.ts'
import { isAt, sinceOpening } from './moments.ts'

/** Pages are all that went out, at their times. */
export function holdPages(
  { expect }: Drill,
  { escalate }: Pick<Runbook, 'escalate'>,
  happened: Happened,
): Held[] {
  const expected = expect.pages.map(page => ({ ...page, key: setKey(page.to), text: pageText(page.to) }))
  const sent = happened.pages.map(({ moment, level, to }) => {
    const why = escalate[level] === undefined ? {} : { why: levelInWords(escalate[level]) }
    return { moment, to, key: setKey(to), text: pageText(to), ...why }
  })
  return holdCalls(expected, sent, { list: 'pages', verb: 'did not go out', mayTurn: isSameTime })
}

/** ` (escalate: after 1h)`. */
function levelInWords({ afterMs, unless }: Runbook['escalate'][number]): string {
  return ` (escalate: after ${sinceOpening(afterMs)}${unless === undefined ? '' : `, unless ${unless}`})`
}

function isSameTime({ atMs }: Called, { moment }: Call): boolean {
  return atMs !== undefined && isAt(moment, atMs)
}

/** What is said beside pages: all of it, in order, where it is looked at. */
export function holdTold({ expect }: Drill, happened: Happened): Held[] {
  if (expect.told === undefined) return []
  const keyOf = (event: string, to: readonly string[]): string => `${event} ${setKey(to)}`
  const expected = expect.told.map(({ atMs, event, to }) => {
    return {
      ...(atMs === undefined ? {} : { atMs }),
      to,
      event,
      key: keyOf(event, to),
      text: newsText(event, to),
    }
  })
  const told = happened.told.map(({ moment, event, to }) => {
    return { moment, to, event, key: keyOf(event, to), text: newsText(event, to) }
  })
  const isSameEvent = (one: Called, other: Call): boolean => one.event === other.event
  const held = holdCalls(expected, told, { list: 'told', verb: 'was not told', mayTurn: isSameEvent })
  return inOrder(held)
}

function pageText(to: readonly string[]): string {
  return `page to ${listed(to)}`
}

function newsText(event: string, to: readonly string[]): string {
  return `news of ${event} to ${listed(to)}`
}

interface Called {
  atMs?: number
  to: readonly string[]
  event?: string
  key: string
  text: string
}

interface Call {
  moment: Moment
  to: readonly string[]
  event?: string
  key: string
  text: string
  /** What has called them. */
  why?: string
}

interface Words {
  list: 'pages' | 'told'
  /** What is said of one that is missing. */
  verb: string
  /** May an expected one that is missing be the other, to somebody else? */
  mayTurn(expected: Called, happened: Call): boolean
}

/** First those that are as expected, then those to the same people at another time, then those to other people. */
function holdCalls(expected: readonly Called[], happened: readonly Call[], words: Words): Held[] {
  const left = new Set(happened)
  const found = new Map<Called, Call>()
  const pairUp = (isPair: (one: Called, other: Call) => boolean): void => {
    for (const one of expected) {
      const other = found.has(one) ? undefined : [...left].find(candidate => isPair(one, candidate))
      if (other === undefined) continue
      found.set(one, other)
      left.delete(other)
    }
  }
  pairUp((one, other) => one.key === other.key && isInTime(one, other))
  pairUp((one, other) => one.key === other.key)
  pairUp(words.mayTurn)
  return [
    ...expected.map((one, index) => heldCall(one, index, found.get(one), words)),
    ...[...left].map((other): Held => {
      const wrong = `nobody expected the ${other.text}${atMoment(other.moment)}${other.why ?? ''}`
      return { path: ['expect', words.list], happened: { moment: other.moment, text: other.text }, wrong }
    }),
  ]
}

function isInTime({ atMs }: Called, { moment }: Call): boolean {
  return atMs === undefined || isAt(moment, atMs)
}

function heldCall(one: Called, index: number, other: Call | undefined, { list, verb }: Words): Held {
  const { atMs, text } = one
  const held: Held = {
    path: ['expect', list, index],
    expected: { text, ...(atMs === undefined ? {} : { atMs }) },
  }
  if (other === undefined) return { ...held, wrong: `the ${text}${atTime(atMs)} ${verb}` }
  const wrong = wrongCall(one, other)
  return {
    ...held,
    happened: { moment: other.moment, text: other.text },
    ...(wrong === undefined ? {} : { wrong }),
  }
}

function wrongCall(one: Called, other: Call): string | undefined {
  if (!isSameSet(one.to, other.to))
    return `the ${other.text}${atMoment(other.moment)} was expected to go to ${listed(one.to)}`
  if (isInTime(one, other)) return undefined
  return `the ${one.text} went out${atMoment(other.moment)}, expected at ${sinceOpening(one.atMs ?? 0)}`
}

/** What is told at one moment may come in any order; what clearly came before must not be expected after. */
function inOrder(held: readonly Held[]): Held[] {
  let before: Held['happened']
  return held.map(one => {
    const { happened, expected } = one
    if (happened === undefined || expected === undefined) return one
    const isEarlier =
      before !== undefined &&
      !isAt(before.moment, happened.moment.atMs) &&
      happened.moment.atMs < before.moment.atMs
    if (isEarlier && one.wrong === undefined)
      return { ...one, wrong: `the ${expected.text} came before the ${before!.text}, expected after it` }
    before = happened
    return one
  })
}
