import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runParamedic } from './support/run-paramedic.ts'

const shipped = readFileSync(resolve('runbooks/shop/service-down.yaml'), 'utf8')
const broken = shipped.replace('service-down', 'broken').replace('severity:', 'severty:')
const alert = JSON.stringify({
  status: 'firing',
  labels: { alertname: 'OrdersDown', system: 'orders', environment: 'production' },
  annotations: {},
  startsAt: '2026-03-14T02:00:00Z',
})
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paramedic-runbooks-'))
  mkdirSync(join(folder, 'runbooks', 'shop'), { recursive: true })
  write('runbooks/shop/service-down.yaml', shipped)
  write('runbooks/shop/broken.yaml', broken)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (args: readonly string[], input?: string) =>
  runParamedic(['runbook', ...args], { cwd: folder, ...(input === undefined ? {} : { input }) })

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text)
}

describe('explain', () => {
  it('finds a runbook by its name, its file and on standard input', async () => {
    const byName = await run(['explain', 'service-down'])
    expect(byName).toMatchObject({ exitCode: 0, stderr: '' })
    expect(byName.stdout).toContain('service-down: The shop does not answer')
    expect(byName.stdout).toContain('WHO IS CALLED')
    expect(byName.stdout).toContain('```mermaid\nflowchart TD\n')
    expect((await run(['explain', 'runbooks/shop/service-down.yaml'])).stdout).toBe(byName.stdout)
    expect((await run(['explain', '-'], shipped)).stdout).toContain('standard input')
  })

  it('prints the diagram alone, and everything as JSON', async () => {
    const { stdout } = await run(['explain', 'service-down', '--mermaid'])
    expect(stdout).toMatch(/^flowchart TD\n {2}alert\(/)
    const json = JSON.parse((await run(['explain', 'service-down', '--json'])).stdout) as object
    expect(json).toMatchObject({ name: 'service-down', owner: 'platform', mermaid: stdout.trimEnd() })
    expect(json).toHaveProperty('chapters.0.points.0.text')
  })

  it('says which name was meant, and what is wrong with a faulty one', async () => {
    const unknown = await run(['explain', 'service-dwon'])
    expect(unknown.exitCode).toBe(2)
    expect(unknown.stderr).toContain('did you mean service-down?')
    const faulty = await run(['explain', 'broken'])
    expect(faulty.exitCode).toBe(1)
    expect(faulty.stdout).toContain('unknown key `severty`')
    expect(faulty.stdout).toContain('npx paramedic runbook lint runbooks/shop/broken.yaml')
  })
})

describe('diff', () => {
  it('ends with 0 whatever it found, and with --check only where nothing loosens safety', async () => {
    write('looser.yaml', shipped.replace('hold: 5s', 'hold: 1s'))
    write('same.yaml', `# Only a comment.\n${shipped}`)
    const looser = await run(['diff', 'service-down', 'looser.yaml'])
    expect(looser.exitCode).toBe(0)
    expect(looser.stdout).toContain('! A recovery has to last 1 second instead of 5 seconds')
    expect(await run(['diff', 'service-down', 'looser.yaml', '--check'])).toMatchObject({ exitCode: 1 })
    expect(await run(['diff', 'looser.yaml', 'service-down', '--check'])).toMatchObject({ exitCode: 0 })
    const same = await run(['diff', 'service-down', 'same.yaml', '--check'])
    expect(same.exitCode).toBe(0)
    expect(same.stdout).toContain('Nothing that matters changed')
    expect(JSON.parse((await run(['diff', 'service-down', 'looser.yaml', '--json'])).stdout)).toMatchObject({
      before: { name: 'service-down' },
      changes: [{ area: 'end', effect: 'loosens' }],
    })
  })

  it('refuses a faulty one', async () => {
    const faulty = await run(['diff', 'service-down', 'broken', '--json'])
    expect(faulty.exitCode).toBe(1)
    expect(JSON.parse(faulty.stdout)).toMatchObject({ runbooks: [{ file: 'runbooks/shop/broken.yaml' }] })
  })
})

describe('new', () => {
  it('writes a runbook that lints, and never over one that is there', async () => {
    const output = 'runbooks/orders-down.yaml'
    const first = await run(['new', '--from-alert', '-', '--output', output], alert)
    expect(first).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await run(['lint', output])).toMatchObject({ exitCode: 0 })
    write(output, 'mine')
    write('alert.json', alert)
    const again = await run(['new', '--from-alert', 'alert.json', '--output', output])
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toContain('is there already, and was left as it is')
    expect(readFileSync(join(folder, output), 'utf8')).toBe('mine')
    const forced = await run(['new', '--from-alert', 'alert.json', '--output', output, '--force', '--json'])
    expect(forced.exitCode).toBe(0)
    const { yaml } = JSON.parse(forced.stdout) as { yaml: string }
    expect(readFileSync(join(folder, output), 'utf8')).toBe(yaml)
    expect((await run(['new', '--from-alert', 'alert.json'])).stdout).toBe(yaml)
  })

  it('makes the folder, and names the schema that is above it', async () => {
    const at = 'system/runbooks/orders/down.yaml'
    const begin = () => run(['new', '--from-alert', '-', '--output', at, '--force'], alert)
    const firstLine = () => readFileSync(join(folder, at), 'utf8').split('\n')[0]
    expect(await begin()).toMatchObject({ exitCode: 0, stderr: '' })
    expect(firstLine()).toBe('# yaml-language-server: $schema=http://127.0.0.1:8700/schemas/runbook.json')
    mkdirSync(join(folder, 'system/docs/schemas'), { recursive: true })
    write('system/docs/schemas/runbook.json', '{}')
    await begin()
    expect(firstLine()).toBe('# yaml-language-server: $schema=../../docs/schemas/runbook.json')
  })

  it('takes the targets of a configuration whose secrets are not here', async () => {
    write('alert.json', alert)
    const place = 'system: orders, environment: production'
    const url = "'${env:NOT_HERE}'"
    write(
      'paramedic.yaml',
      `targets: [{ name: x, kind: postgres, role: db, ${place}, connection: { url: ${url} } }]`,
    )
    const { exitCode, stdout } = await run([
      'new',
      '--from-alert',
      'alert.json',
      '--config',
      'paramedic.yaml',
    ])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('targets:\n  db: postgres\n')
  })

  it.each([
    [[], '{"title":"x"}', 'required option'],
    [['--from-alert', 'nowhere.json'], '', 'nowhere.json could not be read: ENOENT'],
    [['--from-alert', '-'], '{', 'No alert could be read from standard input: it is not JSON'],
    [['--from-alert', '-'], '{"labels":{"job":"x"},"annotations":{}}', 'The alert has no label `alertname`'],
  ])('is wrong usage: %j of %s', async (args, input, words) => {
    const { exitCode, stderr } = await run(['new', ...args], input)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(words)
  })

  it('begins none where the name is longer than a condition', async () => {
    const { exitCode, stderr } = await run(
      ['new', '--from-alert', '-'],
      JSON.stringify({ title: 'x'.repeat(3_000) }),
    )
    expect(exitCode).toBe(1)
    expect(stderr).toContain('No runbook can be begun from the alert')
  })
})

describe('test', () => {
  it('says what an alert leads to, and ends with 1 where it leads to nothing', async () => {
    rmSync(join(folder, 'runbooks', 'shop', 'broken.yaml'))
    const chosen = await run(['test', '--alert', '-'], alert.replace('OrdersDown', 'ShopDown'))
    expect(chosen).toMatchObject({ exitCode: 0, stderr: '' })
    expect(chosen.stdout).toContain('service-down: The shop does not answer')
    const none = await run(['test', '--alert', '-', '--json'], alert)
    expect(none.exitCode).toBe(1)
    expect(JSON.parse(none.stdout)).toMatchObject({ runbook: null, alert: { name: 'OrdersDown' } })
  })

  it('refuses faulty runbooks: no worker would start with them', async () => {
    const faulty = await run(['test', '--alert', '-'], alert)
    expect(faulty.exitCode).toBe(1)
    expect(faulty.stdout).toContain('unknown key `severty`')
  })
})
