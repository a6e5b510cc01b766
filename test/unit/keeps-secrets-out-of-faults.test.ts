import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatFault } from '../../language/format-fault.ts'
import { parseConfiguration } from '../../language/parse-configuration.ts'
import type { Resolve } from '../../language/references.ts'

// Base64, so that it can be a signing secret as well.
const canary = 'CANARY7f3a9cneverprintme'

const sound = `apiVersion: paramedic/v1
kind: Configuration
sources:
  - { name: alertmanager, kind: alertmanager, token: '\${env:A}' }
targets:
  - { name: db, kind: postgres, environment: production, system: shop, role: db, connection: { url: 'postgres://a:\${env:A}@h/d' } }
principals:
  - { name: mia, roles: [approver], token: '\${file:/run/mia}' }
channels:
  - { name: p, kind: webhook, url: 'https://p/h', signing_secret: '\${env:A}' }
`

/** The value for every reference; nobody shares a token, so mia's is longer. */
const always =
  (value: string): Resolve =>
  ({ name }) =>
    name === '/run/mia' ? `${value}mia` : value

/** Every text a fault can reach: the fault itself and the form people read. */
function printed(text: string, value: string): string {
  const parsed = parseConfiguration(text, 'paramedic.yaml', always(value))
  if (!('faults' in parsed)) return inspect(parsed, { depth: null }) + JSON.stringify(parsed)
  return parsed.faults.map(fault => `${JSON.stringify(fault)}\n${formatFault(fault, text)}`).join('\n')
}

describe('a resolved credential appears nowhere', () => {
  test('when the configuration is accepted and printed', () => {
    const text = printed(sound, canary)
    expect(text).not.toContain('CANARY')
    expect(text).toContain('[secret]')
  })

  test.each([
    ['as a name', 'name: db', "name: '${env:A}'"],
    ['as a kind', 'kind: postgres', "kind: '${env:A}'"],
    ['as a role', '[approver]', "['${env:A}']"],
    ['as an address', 'https://p/h', '${env:A}'],
    ['as the version', 'paramedic/v1', '${env:A}'],
    ['inside a broken address', 'postgres://a', 'not a url ${env:A}'],
    ['as an unknown kind of reference', '${file:/run/mia}', '${vault:mia}'],
  ])('%s that is refused', (_, from, to) => {
    const text = printed(
      sound.replace(from, () => to),
      canary,
    )
    expect(text).toContain('paramedic.yaml:')
    expect(text).not.toContain('CANARY')
  })

  test('wherever a reference is put', () => {
    const lines = sound.split('\n')
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.nat(60), fc.nat(6), (at, column, remove) => {
        const line = lines[at] ?? ''
        const changed = `${line.slice(0, column)}\${env:B}${line.slice(column + remove)}`
        const text = lines.with(at, changed).join('\n')
        // An accepted configuration may hold it where a reference was put into an address or a name.
        fc.pre('faults' in parseConfiguration(text, 'x.yaml', always(canary)))
        expect(printed(text, canary)).not.toContain('CANARY')
      }),
      { numRuns: 500 },
    )
  })
})

describe('a credential written into the file is not printed back', () => {
  test.each([
    ['a literal token', '${file:/run/mia}', canary],
    [
      'a literal token beside another fault of its line',
      "mia, roles: [approver], token: '${file:/run/mia}'",
      `Mia, roles: [boss], token: '${canary}'`,
    ],
    ['a literal signing secret', "${env:A}' }\n", `${canary}' }\n`],
    ['a literal password', 'a:${env:A}@', `a:${canary}@`],
    ['a literal token over two lines', "'${file:/run/mia}' }", `>-\n      ${canary} }`],
    ['a mistyped token', "token: '${file:/run/mia}'", `tokn: ${canary}`],
    ['text that is no YAML', "'${file:/run/mia}' }", `"${canary}`],
    ['a token that YAML takes for an alias', "'${file:/run/mia}' }", `*${canary} }`],
    ['a token that YAML takes for a tag', "'${file:/run/mia}' }", `!${canary} x }`],
    ['a token that YAML takes for a directive', 'apiVersion', `%${canary}\n---\napiVersion`],
    ['a token behind the end', 'channels:', `]${canary}\nchannels:`],
    ['text that is no YAML at all', 'channels:', `"${canary}" "x"\nchannels:`],
  ])('%s', (_, from, to) => {
    const broken = sound.replace(from, () => to)
    expect(broken).toContain(canary)
    const text = printed(broken, 'x'.repeat(30))
    expect(text).toContain('paramedic.yaml:')
    expect(text).not.toContain('CANARY')
  })
})
