import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { tellChapters } from '../../../cli/explain/tell.ts'
import { chaptersOfForeseen } from '../../../cli/foresee/chapters.ts'
import { foresee, type Foreseen } from '../../../cli/foresee/foresee.ts'
import { alertOf } from '../../../cli/runbook/alert-file.ts'
import { targetsOf } from '../../../cli/runbook/configured-targets.ts'
import type { RunbookFile } from '../../../cli/runbook/read.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'

const poolExhausted = readFileSync('runbooks/shop/pool-exhausted.yaml', 'utf8')
const shipped = ['default', 'shop/pool-exhausted', 'shop/service-down', 'shop/stale-cache'].map(name =>
  loaded(`runbooks/${name}.yaml`, readFileSync(`runbooks/${name}.yaml`, 'utf8')),
)
const labels = { alertname: 'ShopDatabasePoolExhausted', system: 'shop', environment: 'sandbox' }
const place = 'system: shop, environment: sandbox'
const configuration = `targets:
  - { name: shop-db, kind: postgres, role: db, ${place}, autonomy: auto, site: berlin }
  - { name: shop-api, kind: service, role: api, ${place}, autonomy: propose }
  - { name: shop-api-2, kind: service, role: api, ${place} }
  - { name: other-metrics, kind: prometheus, role: metrics, system: other, environment: sandbox }
`

it('tells it as files alone can', async () => {
  await expect(`${told(foreseen(labels)).join('\n')}\n`).toMatchFileSnapshot('golden/foreseen-alert.txt')
})

it('binds only where a configuration says to what', () => {
  expect(foreseen(labels, shipped, configuration)).toMatchObject({
    bindings: [
      { role: 'db', target: 'shop-db', site: 'berlin', autonomy: 'auto' },
      { role: 'api', problem: 'ambiguous', candidates: ['shop-api', 'shop-api-2'] },
      { role: 'metrics', problem: 'unbound' },
    ],
    unmeasured: ['errors', 'health', 'pool', 'waiting'],
  })
  const without = foresee(alert(labels), shipped, undefined)
  expect(without).toMatchObject({ bindings: null, unmeasured: [] })
  expect(told(without).join(' ')).toContain('none was given (--config)')
})

it('falls back to the default runbook, and to none', () => {
  const other = { alertname: 'SomethingElse' }
  expect(foreseen(other)).toMatchObject({ runbook: { name: 'default', isDefault: true }, bindings: [] })
  const none = foreseen(other, shipped.slice(1))
  expect(none).toMatchObject({ runbook: null, calls: [], steps: [] })
  expect(told(none).join(' ')).toContain('None: no runbook matches')
})

it('names the others that match', () => {
  const second = loaded('second.yaml', poolExhausted.replace('name: pool-exhausted', 'name: second'))
  const found = foreseen(labels, [second, ...shipped])
  expect(found).toMatchObject({ runbook: { name: 'pool-exhausted' }, others: ['second'] })
  expect(told(found).join(' ')).toContain('second matches as well and is not chosen.')
})

it.each<[string, string, string[]]>([
  ['checks.health.status == "down"', 'not known yet', ['SEV1 (Critical), if', 'Otherwise SEV2 (High).']],
  ['alert.labels.system == "shop"', 'true', ['SEV1 (Critical).']],
  ['alert.labels.system == "other" && checks.health.status == "down"', 'false', ['SEV2 (High).']],
  ['alert.labels.system == "shop" || checks.health.status == "down"', 'true', ['SEV1 (Critical).']],
])('of the severity by %s it knows: %s', (when, holds, words) => {
  const text = readFileSync('runbooks/shop/service-down.yaml', 'utf8').replace(
    `'checks.health.status == "down"'`,
    `'${when}'`,
  )
  const found = foreseen({ ...labels, alertname: 'ShopDown' }, [loaded('changed.yaml', text)])
  expect(String(found.severity[0]?.holds)).toBe(holds)
  const chapter = chaptersOfForeseen(found).find(({ title }) => title === 'How severe it would be')
  const severities = chapter?.points.map(point => point.text).filter(text => text.includes('SEV'))
  expect(severities).toEqual(words)
})

it('says how long a severity has to last, and that it is measured again', () => {
  const text = readFileSync('runbooks/shop/service-down.yaml', 'utf8')
    .replace(`'checks.health.status == "down"'`, `'checks.health.status == "down"', for: 1m`)
    .replace(/^triage:\n(?:  recheck: .*\n)?/m, 'triage:\n  recheck: 30s\n')
  const lines = told(foreseen({ ...labels, alertname: 'ShopDown' }, [loaded('changed.yaml', text)]))
  const words = lines.join(' ').replace(/\s+/g, ' ')
  expect(words).toContain('SEV1 (Critical), if this has held for 1 minute')
  expect(words).toContain('Measured again every 30 seconds while the incident is open')
})

it('leaves a step out that the alert decides against', () => {
  const text = poolExhausted.replace(
    'when: checks.sessions.idle >= 10',
    'when: alert.labels.system == "other"',
  )
  const lines = told(foreseen(labels, [loaded('changed.yaml', text)])).join('\n')
  expect(lines).toContain('left out, because this does not hold\n      alert.labels.system == "other"')
})

function foreseen(of: Record<string, string>, files = shipped, configured = configuration): Foreseen {
  return foresee(alert(of), files, targetsOf(configured, 'paramedic.yaml'))
}

function alert(of: Record<string, string>) {
  return alertOf(JSON.stringify({ labels: of, annotations: {} }), 'alert.json', 0).alert
}

function told(found: Foreseen): string[] {
  return tellChapters(chaptersOfForeseen(found), { paint: createPaint(false), width: 100 })
}

function loaded(file: string, text: string): RunbookFile {
  const read = parseRunbook(text, file)
  if ('faults' in read) throw new Error(`${file}: ${read.faults.map(({ message }) => message).join('; ')}`)
  return { file, text, ...read }
}
