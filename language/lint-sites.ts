/** Sites of a configuration: what one worker has to measure together must be reachable from one place. */
import type { Finding } from './fault.ts'
import { referencesIn } from './references.ts'
import { listAt, valueAt } from './tree.ts'

export function lintSites(tree: unknown): Finding[] {
  return [...writtenAsReferences(tree), ...apart(tree)]
}

/** Each process finds its part of the file by the sites, before any reference is looked up. */
function writtenAsReferences(tree: unknown): Finding[] {
  return listAt(tree, ['targets']).flatMap((target, index): Finding[] => {
    const site = valueAt(target, ['site'])
    const isReference = typeof site === 'string' && referencesIn(site).length > 0
    return isReference
      ? [{ path: ['targets', index, 'site'], message: '`site` must be written out: it is no secret' }]
      : []
  })
}

/**
 * Targets of one system and environment at different sites. A verification may measure all of them, and is one measurement of one
 * worker. Which runbook will measure what is not known here, so the place decides.
 */
function apart(tree: unknown): Finding[] {
  const firsts = new Map<string, unknown>()
  return listAt(tree, ['targets']).flatMap((target, index): Finding[] => {
    if (!isMeasured(target)) return []
    const [system, environment] = ['system', 'environment'].map(key => valueAt(target, [key]))
    const place = JSON.stringify([system, environment])
    const first = firsts.get(place)
    if (first === undefined) firsts.set(place, target)
    if (first === undefined || siteOf(first) === siteOf(target)) return []
    const key = siteOf(target) === undefined ? 'name' : 'site'
    return [
      {
        path: ['targets', index, key],
        message: `${told(target)} and ${told(first)}: targets of ${String(system)} in ${String(environment)} must be at one site`,
        hint: 'one verification may measure both, and a worker reaches one place',
      },
    ]
  })
}

/** A Prometheus server alone answers rules, and no check of a runbook. */
function isMeasured(target: unknown): boolean {
  return valueAt(target, ['kind']) !== 'prometheus' || valueAt(target, ['scrape']) !== undefined
}

function siteOf(target: unknown): string | undefined {
  const site = valueAt(target, ['site'])
  return typeof site === 'string' ? site : undefined
}

function told(target: unknown): string {
  const site = siteOf(target)
  const where = site === undefined ? 'has no site' : `is at \`${site}\``
  return `\`${String(valueAt(target, ['name']))}\` ${where}`
}
