/** A name and port that a file mentions is one where that service listens, or the file works natively and not in Docker. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newToken } from '../../../embedded/sandbox/credentials.ts'
import { createAddresses, translateArguments, translatePairs } from '../../../production/addresses.ts'
import { mountsOf } from '../../../production/compose-file.ts'
import { projectDir, source } from '../../support/documents.ts'
import { compose, services } from '../../support/production-form.ts'

const names = Object.keys(compose.services)
const mention = new RegExp(
  `(?<![\\w.-])(${names.toSorted((a, b) => b.length - a.length).join('|')}):(\\d+)(?!\\w)`,
  'g',
)

/** Where each service says itself that it listens. */
const listens = new Map(
  services.map(([name, service]) => {
    const own = [...Object.values(service.environment), ...(service.command ?? []), ...filesOf(name)].join(
      '\n',
    )
    const ports = [...own.matchAll(/0\.0\.0\.0:(\d+)/g)].map(([, port = '']) => port)
    const pairs = Object.entries(service.environment).filter(
      ([key]) => key.endsWith('_PORT') && service.environment[key.replace(/_PORT$/, '_HOST')] === '0.0.0.0',
    )
    const flag = /--port (\d+)/.exec((service.command ?? []).join(' '))?.[1]
    const ofImage = service.image.startsWith('postgres:') ? ['5432'] : []
    return [
      name,
      [...ports, ...pairs.map(([, port]) => port), ...(flag === undefined ? [] : [flag]), ...ofImage],
    ]
  }),
)

function filesOf(name: string): string[] {
  const service = compose.services[name]
  if (service === undefined) return []
  const files = mountsOf(compose, service).filter(
    ({ kind, source: from }) => kind === 'file' && from !== './runbooks',
  )
  return files.flatMap(({ source: from }) => textsIn(from))
}

function textsIn(path: string): string[] {
  if (!statSync(join(projectDir, path)).isDirectory()) return [source(path)]
  return readdirSync(join(projectDir, path)).flatMap(entry => textsIn(join(path, entry)))
}

test.each(services)('%s speaks to services where they listen', (name, { environment, command = [] }) => {
  const text = [...Object.values(environment), ...command, ...filesOf(name)].join('\n')
  for (const [, to = '', port] of text.matchAll(mention))
    expect([to, listens.get(to)]).toEqual([to, expect.arrayContaining([port])])
})

test('a pair of host and port leads there as well', () => {
  const { SQL_HOST: host = '', SQL_PORT: port } = compose.services['temporal-schema']?.environment ?? {}
  expect(listens.get(host)).toContain(port)
})

test('what is published is where the service listens', () => {
  for (const [name, { ports, environment }] of services)
    for (const port of ports) {
      const inside = port.split(':').at(-1)
      expect([...(listens.get(name) ?? []), environment['GF_SERVER_HTTP_PORT']]).toContain(inside)
    }
})

test('natively each address becomes one of its own, below 32,768, and nothing else changes', async () => {
  const addresses = await createAddresses(['api-1', 'temporal', 'temporal-postgres', 'shop'])
  const api = addresses.portOf('api-1', 8700)
  const store = addresses.portOf('temporal-postgres', 5432)
  expect(Math.max(api, store)).toBeLessThan(32_768)
  expect(new Set([api, store, addresses.portOf('temporal', 7233)]).size).toBe(3)
  expect(addresses.translate('http://api-1:8700/readyz', 'proxy')).toBe(`http://127.0.0.1:${api}/readyz`)
  expect(addresses.translate('temporal-postgres:5432', 'temporal')).toBe(`127.0.0.1:${store}`)
  expect(addresses.translate('bind 0.0.0.0:8700', 'api-1')).toBe(`bind 127.0.0.1:${api}`)
  expect(addresses.translate('exec 3<>/dev/tcp/127.0.0.1/8700', 'api-1')).toBe(
    `exec 3<>/dev/tcp/127.0.0.1/${api}`,
  )
  for (const text of ['127.0.0.11:53', 'shop:catalog:', 'postgresql://shop:1a2b@db', newToken()])
    expect(addresses.translate(text, 'api-1')).toBe(text)
  expect(
    translatePairs({ X_HOST: 'temporal-postgres', X_PORT: '5432', Y_PORT: '1' }, 'temporal', addresses),
  ).toEqual({
    X_HOST: '127.0.0.1',
    X_PORT: String(store),
    Y_PORT: '1',
  })
  expect(translateArguments(['nc', '-z', '127.0.0.1', '8700'], 'api-1', addresses)).toEqual([
    'nc',
    '-z',
    '127.0.0.1',
    String(api),
  ])
})
