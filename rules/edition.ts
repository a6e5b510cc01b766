import { hashOf } from '../contracts/canonical-json.ts'
import type { Configuration, OwnConfiguration } from '../contracts/configuration.ts'
import type { RuleConfiguration } from '../contracts/configuration/rules.ts'
import type { RuleAbout } from '../contracts/rule-views.ts'
import type { Edition } from '../store/rule-editions.ts'

/** A rule with the place of its target, which its alerts speak of. */
export interface Rule extends RuleConfiguration {
  system: string
  environment: string
  /** Of all of the above. */
  hash: string
  /** Target and way of measuring. */
  door: string
  about: RuleAbout
}

/** The rules of a configuration at one site, and one hash for all of them. */
export interface RuleEdition extends Edition {
  rules: ReadonlyMap<string, Rule>
}

/** `site` is that of the worker whose part the configuration is. */
export function editionOf(
  configuration: Pick<OwnConfiguration, 'rules' | 'targets' | 'places'>,
  site: string | undefined,
): RuleEdition {
  const rules = configuration.rules.map(rule => placed(rule, configuration.targets))
  const edition = hashOf(rules.map(({ name, hash }) => `${name} ${hash}`).toSorted())
  const sites = configuration.places.flatMap(place => place.site ?? [])
  const rulesByName = new Map(rules.map(rule => [rule.name, rule]))
  return site === undefined
    ? { site: '', sites, edition, rules: rulesByName }
    : { site, edition, rules: rulesByName }
}

function placed(rule: RuleConfiguration, targets: Configuration['targets']): Rule {
  const target = targets.find(({ name }) => name === rule.target)
  if (target === undefined)
    throw new Error(`${rule.name} names a target that the configuration's check let pass`)
  const place = { system: target.system, environment: target.environment }
  const about = aboutOf(rule, place)
  const door = `${rule.target}/${about.measures}`
  return { ...rule, ...place, hash: hashOf({ ...rule, ...place }), door, about }
}

function aboutOf(rule: RuleConfiguration, place: { system: string; environment: string }): RuleAbout {
  const { scrape, promql } = rule.metric
  return {
    ...place,
    alert: rule.alert ?? rule.name,
    title: rule.title,
    target: rule.target,
    measures: scrape === undefined ? (promql === undefined ? 'sql' : 'promql') : 'scrape',
    operator: rule.operator,
    threshold: rule.value ?? null,
    aggregate: rule.aggregate,
    windowMs: rule.windowMs ?? null,
    forMs: rule.forMs,
    everyMs: rule.everyMs,
    cooldownMs: rule.cooldownMs,
    severity: rule.severity,
    category: rule.category ?? null,
  }
}
