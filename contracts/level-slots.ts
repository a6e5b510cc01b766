/**
 * Pages are known by the place of their level. When an incident is moved to another version of its runbook, places move too: a
 * level that stays as it is keeps its slot, and so the page it has sent, and every other one gets a slot that nobody has had.
 */
import type { EscalationLevel } from './runbook.ts'
import { sortedJson } from './sorted-json.ts'

export interface Levels {
  escalate: readonly EscalationLevel[]
  /** By the place in `escalate`; without it each is its own slot. */
  slots?: readonly number[] | undefined
}

export function slotOf({ slots }: Pick<Levels, 'slots'>, index: number): number {
  return slots?.[index] ?? index
}

/** More levels than a runbook may have. */
const slotsPerVersion = 10_000

/** Which move of the incident a slot came with; 0: it was there from the beginning. */
export function moveOf(slot: number): number {
  return Math.floor(slot / slotsPerVersion)
}

/** @param nth counts the moves of the incident, this one included. */
export function slotsAfter(before: Levels, escalate: readonly EscalationLevel[], nth: number): number[] {
  const free = before.escalate.map((level, index) => ({
    key: sortedJson(level),
    slot: slotOf(before, index),
  }))
  return escalate.map((level, index) => {
    const same = free.findIndex(({ key }) => key === sortedJson(level))
    return same === -1 ? nth * slotsPerVersion + index : free.splice(same, 1)[0]!.slot
  })
}

/**
 * Whether a level need not page, because one of the version before that has paged called everybody it calls, no earlier than it
 * would and waiting for the same, and made the incident as severe.
 */
export function isCoveredBy(level: EscalationLevel, paged: EscalationLevel): boolean {
  return (
    level.page.every(who => paged.page.includes(who)) &&
    level.afterMs <= paged.afterMs &&
    level.unless === paged.unless &&
    (level.severity === undefined || level.severity === paged.severity)
  )
}
