/** Evaluates the threshold rules of a place; any number of its workers may, and each rule has one at a time. Needs no Temporal. */
import { setTimeout as delay } from 'node:timers/promises'
import { limits } from '../contracts/limits.ts'
import type { Pool } from '../store/database.ts'
import { adoptRules, renewEdition } from '../store/rule-editions.ts'
import { giveBack, takeDueRules, type TakenRule, untilNextDue } from '../store/rule-evaluations.ts'
import type { Rule, RuleEdition } from './edition.ts'
import { evaluateTaken, type MeasureRule, reportOfReplaced } from './evaluate-due.ts'
import { createBell } from './bell.ts'

export interface RuleEngine {
  /** Works until told to stop; trouble with PostgreSQL is waited out. */
  run(stopping: AbortSignal): Promise<void>
}

interface Log {
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

/**
 * At once behind one door, in one worker: all rules of a text endpoint share one scrape; a Prometheus server answers
 * several queries; a database in trouble should not have to carry more than two of ours.
 */
const places = { scrape: 1_000, promql: 8, sql: 2 } as const

const renewMs = limits.ruleLeaseMs / 4
/** What comes due, and the places that become free, within this are taken together. */
const gatherMs = 50
const longestWaitMs = 1_000

export function createRuleEngine(
  pool: Pool,
  { rules, ...edition }: RuleEdition,
  measure: MeasureRule,
  log: Log,
): RuleEngine {
  const doors = [...new Map([...rules.values()].map(rule => [rule.door, rule.about.measures]))]
  const busy = new Map<string, number>()
  const atWork = new Set<Promise<void>>()
  const bell = createBell()
  const about = { site: edition.site, edition: edition.edition.slice(0, 12), rules: rules.size }

  async function run(stopping: AbortSignal): Promise<void> {
    stopping.addEventListener('abort', bell.ring, { once: true })
    let isInForce = false
    let renewedMs = -Infinity
    let isNew = true
    while (!stopping.aborted) {
      try {
        if (performance.now() - renewedMs >= renewMs) {
          const wasInForce = isInForce
          isInForce = await stayInForce(isNew)
          if (isInForce && !wasInForce) log.info(about, 'rules are in force')
          renewedMs = performance.now()
          isNew = false
        }
        const waitMs = isInForce ? await takeTurn(stopping) : longestWaitMs
        await Promise.all([bell.wait(waitMs), delay(gatherMs)])
      } catch (error) {
        log.error({ error: String(error) }, 'rules could not be evaluated; trying again')
        await bell.wait(longestWaitMs)
      }
    }
    await Promise.all(atWork)
  }

  /** A starting worker's configuration is the newest; later it steps in only for one whose workers are gone. */
  async function stayInForce(isNew: boolean): Promise<boolean> {
    if (!isNew && (await renewEdition(pool, edition, rules.size))) return true
    const configured = [...rules.values()]
    const options = { onlyWhenOrphaned: !isNew, report: reportOfReplaced }
    return adoptRules(pool, edition, configured, options)
  }

  /** Starts what is due and says how long nothing else will be. */
  async function takeTurn(stopping: AbortSignal): Promise<number> {
    const free = doors
      .map(([door, way]) => ({ door, places: places[way] - (busy.get(door) ?? 0) }))
      .filter(door => door.places > 0)
    if (free.length === 0) return longestWaitMs
    for (const taken of await takeDueRules(pool, edition, free)) start(taken, stopping)
    const open = free.filter(({ door, places }) => (busy.get(door) ?? 0) < places).map(({ door }) => door)
    const nextMs = (await untilNextDue(pool, edition, open)) ?? longestWaitMs
    return Math.min(longestWaitMs, Math.max(gatherMs, nextMs))
  }

  function start(taken: TakenRule, stopping: AbortSignal): void {
    const rule = rules.get(taken.name)
    // Replaced while it was taken: its lease runs out, and whoever has the new rule takes it.
    if (rule === undefined || rule.hash !== taken.hash) return
    busy.set(rule.door, (busy.get(rule.door) ?? 0) + 1)
    const work = evaluate(rule, taken, stopping).finally(() => {
      atWork.delete(work)
      busy.set(rule.door, busy.get(rule.door)! - 1)
      // A place is free behind a door that may have been full.
      if (places[rule.about.measures] - busy.get(rule.door)! === 1) bell.ring()
    })
    atWork.add(work)
  }

  async function evaluate(rule: Rule, taken: TakenRule, stopping: AbortSignal): Promise<void> {
    try {
      await evaluateTaken(pool, measure, rule, taken, stopping)
    } catch (error) {
      // Nothing was stored; when its lease has run out the rule is evaluated again.
      if (stopping.aborted) return giveBack(pool, taken).catch(() => {})
      log.error({ rule: rule.name, error: String(error) }, 'a rule was not evaluated')
    }
  }

  return { run }
}
