/** How the metric of a threshold rule is measured, by its way. */
import { CodedError } from '../../contracts/coded-error.ts'
import type { RuleConfiguration } from '../../contracts/configuration/rules.ts'
import type { TargetConfiguration, TargetConfigurationOf } from '../../contracts/configuration/targets.ts'
import { limits } from '../../contracts/limits.ts'
import { type Measured, measuredAs } from '../../contracts/rule.ts'
import { readOneNumber } from './postgres/one-number.ts'
import type { Sample } from './prometheus/exposition.ts'
import { readPromql } from './prometheus/promql.ts'
import { scrapedSamples, seriesOf } from './prometheus/scrape.ts'

type Measurable = Pick<RuleConfiguration, 'name' | 'target' | 'metric'>

/** Measures rules; those that ask one text endpoint at the same time share its answer. */
export function createMetricReader(
  targets: readonly TargetConfiguration[],
): (rule: Measurable, signal: AbortSignal) => Promise<Measured> {
  const scrapes = new Map<string, Promise<Map<string, Sample[]>>>()

  async function readScrape(
    target: TargetConfigurationOf<'prometheus'>,
    { scrape = '', labels = {} }: Measurable['metric'],
  ): Promise<Measured> {
    const samples = (await sharedScrape(target)).get(scrape) ?? []
    const { series, value } = seriesOf(samples, labels)
    return series === 0 ? { is: 'absent' } : measuredAs(value)
  }

  function sharedScrape(target: TargetConfigurationOf<'prometheus'>): Promise<Map<string, Sample[]>> {
    const running = scrapes.get(target.name)
    if (running !== undefined) return running
    // Of nobody's own signal: the others still wait for it when one stops.
    const begun = scrapedSamples(target, limits.ruleMeasureMs, new AbortController().signal)
      .then(samples => Map.groupBy(samples, sample => sample.name))
      .finally(() => scrapes.delete(target.name))
    scrapes.set(target.name, begun)
    return begun
  }

  return async (rule, signal) => {
    const target = targets.find(({ name }) => name === rule.target)
    const { promql, sql } = rule.metric
    if (sql !== undefined && target?.kind === 'postgres') return readOneNumber(target, sql, signal)
    if (target?.kind === 'prometheus' && sql === undefined)
      return promql === undefined
        ? readScrape(target, rule.metric)
        : readPromql(target, promql, limits.ruleMeasureMs, signal)
    throw new CodedError('target_unknown', `${rule.target} cannot be asked what ${rule.name} measures.`)
  }
}
