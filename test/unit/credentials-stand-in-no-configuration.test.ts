/** Whoever reads the file, or what `config show` prints of it, learns no credential: there are only references to them. */
import { expect, test } from 'vitest'
import { parseConfiguration } from '../../language/parse-configuration.ts'

const written = `apiVersion: paramedic/v1
kind: Configuration
targets:
  - name: shop-api
    kind: service
    environment: production
    system: shop
    role: api
    health: { url: 'http://127.0.0.1:3000/health?deep=yes' }
    process:
      command: [node, server.js, --token-ttl=60, '--api-key=\${env:KEY}', 'postgres://shop:\${env:KEY}@db/shop']
      directory: /srv/shop
      pid_file: /run/shop.pid
      log_file: /var/log/shop.log
      environment: { PORT: '3000', TOKEN_TTL: '60', API_KEY: '\${env:KEY}', SMTP_PASSWORD: '' }
channels:
  - { name: pager, kind: webhook, url: 'https://pages.internal/hook?api_key=\${env:KEY}', signing_secret: '\${env:KEY}' }
`

test('references are taken, and so is what only sounds like a credential', () => {
  expect(faultsOf(written)).toEqual([])
})

const rule = 'secrets only as ${env:NAME} or ${file:PATH}'

test.each([
  [
    'a variable of a process',
    "API_KEY: '${env:KEY}'",
    'API_KEY: hunter2',
    '15:62 the credential in `API_KEY`',
  ],
  [
    'a variable that YAML reads as a number',
    "SMTP_PASSWORD: ''",
    'SMTP_PASSWORD: 123456',
    '15:91 the credential in `SMTP_PASSWORD`',
  ],
  [
    'an option of a process',
    "'--api-key=${env:KEY}'",
    '--api-key=hunter2',
    '11:50 the credential in item 4 of `command`',
  ],
  [
    'a password in an argument of a process',
    'shop:${env:KEY}@db',
    'shop:hunter2@db',
    '11:74 the password in item 5 of `command`',
  ],
  [
    'a key in the address of a webhook',
    'api_key=${env:KEY}',
    'api_key=hunter2',
    '17:40 the `api_key` in `url`',
  ],
])('%s is refused when it is written out', (_, from, to, what) => {
  expect(written).toContain(from)
  expect(faultsOf(written.replace(from, to))).toEqual([`${what} must be a reference: ${rule}`])
})

test('an address that people see carries none at all', () => {
  expect(faultsOf(written.replace('deep=yes', 'token=${env:KEY}'))).toEqual([
    '9:20 `url` must not carry a `token`: this address is shown to people',
  ])
})

function faultsOf(text: string): string[] {
  const parsed = parseConfiguration(text, 'paramedic.yaml', () => 'a2V5IG9mIHNvbWV0aGluZw==')
  return 'faults' in parsed
    ? parsed.faults.map(({ line, column, message }) => `${line}:${column} ${message}`)
    : []
}
