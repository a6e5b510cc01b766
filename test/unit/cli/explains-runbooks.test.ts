import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chaptersOf } from '../../../cli/explain/chapters.ts'
import { flowchartOf } from '../../../cli/explain/flowchart.ts'
import { tellChapters } from '../../../cli/explain/tell.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import { widthOf } from '../../../cli/terminal/width.ts'
import type { Runbook, Step } from '../../../contracts/runbook.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'

const shipped = ['default', 'shop/pool-exhausted', 'shop/service-down', 'shop/stale-cache']
const poolExhausted = read('shop/pool-exhausted')

describe('in words', () => {
  const tell = (runbook: Runbook, width = 100): string[] =>
    tellChapters(chaptersOf(runbook), { paint: createPaint(false), width })

  it('tells the pool as a colleague would', async () => {
    await expect(`${tell(poolExhausted).join('\n')}\n`).toMatchFileSnapshot('golden/explained-runbook.txt')
  })

  it('tells one that only calls people', async () => {
    const lines = tell(read('default'))
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/explained-default.txt')
  })

  it.each(shipped)('%s: every condition stands there as it was written', name => {
    const runbook = read(name)
    const told = tell(runbook).map(line => line.trim())
    for (const condition of conditionsOf(runbook)) expect(told).toContain(condition)
  })

  it.each([60, 80, 100])('fits into %i columns', width => {
    for (const name of shipped)
      for (const line of tell(read(name), width)) expect(widthOf(line)).toBeLessThanOrEqual(width)
  })

  it.each<[string, Partial<Step>, string]>([
    [
      'a gate that expires into the next step',
      gate('next'),
      'the next step is tried; silence never approves',
    ],
    ['a gate that stops', gate('stop'), 'no further step is tried, and it stays with people'],
    [
      'two people of two functions',
      gate('stop', 2),
      '2 different people of senior or lead, within 5 minutes',
    ],
    ['a measurement that holds once', steady({ forMs: 0 }), 'it has to hold once, within 30 seconds'],
  ])('says %s', (_, change, words) => {
    const mitigate = actionsOf(poolExhausted).map(step => ({ ...step, ...change }))
    const text = tell({ ...poolExhausted, mitigate })
      .join(' ')
      .replace(/\s+/g, ' ')
    expect(text).toContain(words)
  })

  it('writes nothing that a terminal obeys', () => {
    const hostile = { ...poolExhausted, description: { what: 'red \u001b[31m \u202e\nFAKE HEADING' } }
    const text = tell(hostile).join('\n')
    expect(text).toContain('red FAKE HEADING')
    expect(text).not.toContain('\u001b')
  })
})

describe('as a diagram', () => {
  it('draws the pool', async () => {
    await expect(`${flowchartOf(poolExhausted)}\n`).toMatchFileSnapshot('golden/explained-runbook.mmd')
  })

  // Mermaid itself is 200 MB installed, too much for one test. Its parser reads quoted labels up to the next quote, so this is
  // what has to hold: the structure is ours whatever the runbook says, and labels are made of signs that mean nothing.
  it('keeps its structure whatever the runbook says', () => {
    const fragment = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '"] --> evil["',
        '"`markdown`"',
        '%%{init: {"theme":"dark"}}%%',
        '<script>alert(1)</script>',
        '\n  click step0 "https://example.com"\n',
        'style a:b #fff;',
        'classDef x:#fff;',
        '#quot;',
        '---\ntitle: x\n---',
        'end',
        ':::x',
      ),
    )
    const text = fc.array(fragment, { minLength: 1, maxLength: 4 }).map(parts => parts.join(''))
    const ours = structureOf(flowchartOf(poolExhausted))
    fc.assert(
      fc.property(text, said => {
        const flowchart = flowchartOf(saying(said))
        expect(structureOf(flowchart)).toBe(ours)
        for (const [label] of flowchart.matchAll(/"[^"]*"/g)) expect(label).toMatch(inertLabel)
      }),
    )
  })

  it('is short where a condition is long', () => {
    const long = `checks.pool.value > 1.0 ${'|| checks.pool.value > 1.0'.repeat(50)}`
    for (const line of flowchartOf(saying(long)).split('\n')) expect(line.length).toBeLessThan(2_000)
  })
})

const inertLabel = /^"(?:[\p{L}\p{N}\p{M} .,_()'=?/+-]|#\d+;|<br\/>|…)*"$/u

function structureOf(flowchart: string): string {
  return flowchart.replace(/"[^"]*"/g, '""')
}

/** The same runbook with everything it says in its own words replaced. */
function saying(said: string): Runbook {
  const { triage, verify, escalate } = poolExhausted
  return {
    ...poolExhausted,
    title: said,
    match: said,
    triage: {
      checks: triage.checks.map(check => ({ ...check, name: said })),
      severity: triage.severity.map(rule => ({ ...rule, label: said, ...(rule.when && { when: said }) })),
    },
    mitigate: actionsOf(poolExhausted).map(step => ({
      ...step,
      id: said,
      target: said,
      ...(step.when && { when: said }),
      ...(step.gate && { gate: { ...step.gate, approvers: [said] } }),
      verify: { ...step.verify, until: said, check: said },
    })),
    verify: { ...verify!, until: said },
    escalate: escalate.map(level => ({ ...level, page: [said], ...(level.when && { when: said }) })),
  }
}

function actionsOf({ mitigate }: Runbook): Step[] {
  return mitigate.filter(step => 'uses' in step)
}

function gate(onExpiry: 'next' | 'escalate' | 'stop', quorum = 1): Partial<Step> {
  return { gate: { approvers: ['role:senior', 'role:lead'], quorum, expiresMs: 300_000, onExpiry } }
}

function steady(change: { forMs: number }): Partial<Step> {
  return { verify: { ...actionsOf(poolExhausted)[0]!.verify, ...change } }
}

function conditionsOf({ match, triage, mitigate, verify, escalate }: Runbook): string[] {
  return [
    match,
    triage.impact,
    verify?.until,
    ...triage.severity.map(({ when }) => when),
    ...mitigate.flatMap(step => [step.when, step.verify?.until]),
    ...escalate.map(({ when }) => when),
  ].filter(condition => condition !== undefined)
}

function read(name: string): Runbook {
  const file = `runbooks/${name}.yaml`
  const parsed = parseRunbook(readFileSync(file, 'utf8'), file)
  if ('faults' in parsed) throw new Error(`${file} has faults`)
  return parsed.runbook
}
