import { expect, test } from 'vitest'
import { lintRunbookSecrets } from '../../language/lint-runbook-secrets.ts'

/** In two halves, so that nothing here looks like a secret to whoever searches this repository for some. */
const of = (...parts: string[]): string => parts.join('')

test.each([
  ['a password in an address', 'see https://mia:hunter2@wiki.example', 'password'],
  ['a password of a database', 'psql postgres://shop:hunter2@db/shop', 'password'],
  ['a password alone', 'redis://:hunter2@cache:6379', 'password'],
  ['a key in a query', 'https://api.example/?api_key=abc', '`api_key`'],
  ['a password for libpq', 'psql "host=db password=hunter2"', 'password'],
  ['a variable of a shell', 'PGPASSWORD=hunter2 psql', 'password'],
  ['an access key', of('AKIA', 'IOSFODNN7EXAMPLE'), 'access key'],
  ['a token of GitHub', of('ghp_', 'a'.repeat(36)), 'token'],
  ['a token of GitLab', of('glpat-', 'a'.repeat(20)), 'token'],
  ['a token of Slack', of('xoxb-', '1234567890-abc'), 'token'],
  ['an incoming webhook', of('https://hooks.slack.com/', 'services/T0/B0/abc'), 'webhook address'],
  ['a signing secret', of('whsec_', 'a'.repeat(32)), 'signing secret'],
  ['a JSON web token', of('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0In0', '.c2lnbmF0dXJlMTIz'), 'token'],
  ['a private key', of('-----BEGIN RSA ', 'PRIVATE KEY-----'), 'private key'],
])('%s is found', (_, text, what) => {
  expect(lintRunbookSecrets({ undo: { none: text } })).toMatchObject([
    { path: ['undo', 'none'], message: `the ${what} in \`none\` must not stand in a runbook` },
  ])
})

test.each([
  ['an address', { source: 'https://wiki.example/pool?page=2#token' }],
  ['a name without a password', { source: 'ssh://deploy@host' }],
  ['a password that is a reference', { none: 'psql postgres://shop:${env:PASSWORD}@db/shop' }],
  ['a password that is left out', { none: 'psql postgres://shop:***@db/shop, https://mia:<password>@wiki' }],
  ['a place for a password', { none: 'psql password=<from the vault>; PGPASSWORD=$PASSWORD psql' }],
  ['a condition about a label', { when: 'alert.labels.password == "x" && alert.labels.token != ""' }],
  ['words', { none: 'the token expires, the password stays; bypass=1' }],
  ['a role that is called so', { targets: { token: 'redis', secret: 'postgres' } }],
  ['a named value that is a reference', { labels: { token: '${file:token}' } }],
  ['a hash', { source: 'a'.repeat(64) }],
])('%s is none', (_, tree) => {
  expect(lintRunbookSecrets(tree)).toEqual([])
})
