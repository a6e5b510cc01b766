import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findOnPath } from '../../embedded/find-on-path.ts'
import { portHolder } from '../../embedded/port-holder.ts'
import { claimPorts, freePort, freePorts, portOf } from '../../embedded/ports.ts'
import { SetupError } from '../../embedded/setup-error.ts'

let env: Record<string, string>
const holders: Server[] = []

beforeEach(async () => {
  const [api, temporal, postgres, redis, shop] = (await freePorts(5)).map(String)
  env = {
    PARAMEDIC_API_PORT: api!,
    PARAMEDIC_TEMPORAL_PORT: temporal!,
    PARAMEDIC_POSTGRES_PORT: postgres!,
    PARAMEDIC_REDIS_PORT: redis!,
    PARAMEDIC_SHOP_PORT: shop!,
  }
})

afterEach(() => {
  for (const holder of holders.splice(0)) holder.close()
})

test('the message has the port, the part and the variable that changes it', async () => {
  await occupy('PARAMEDIC_POSTGRES_PORT')
  const error = await refusalOf(() => claimPorts(['api', 'postgres'], env))
  expect(error.message).toContain(
    `Port ${env['PARAMEDIC_POSTGRES_PORT']} on 127.0.0.1, meant for postgres, is in use`,
  )
  expect(error.hint).toMatch(
    /^end that process, or choose another port: PARAMEDIC_POSTGRES_PORT=\d+ npm start$/,
  )
})

test('all ports that are in use are named at once, with one command that avoids them', async () => {
  await occupy('PARAMEDIC_API_PORT')
  await occupy('PARAMEDIC_SHOP_PORT')
  const error = await refusalOf(() => claimPorts(['api', 'redis', 'shop'], env))
  expect(error.message).toMatch(/meant for api, is in use.*\n.*meant for shop, is in use/)
  const command = /PARAMEDIC_API_PORT=(\d+) PARAMEDIC_SHOP_PORT=(\d+) npm start$/.exec(error.hint)
  const proposed = { PARAMEDIC_API_PORT: command?.[1], PARAMEDIC_SHOP_PORT: command?.[2] }
  expect(await claimPorts(['api', 'redis', 'shop'], { ...env, ...proposed })).toMatchObject({
    api: Number(proposed.PARAMEDIC_API_PORT),
    shop: Number(proposed.PARAMEDIC_SHOP_PORT),
  })
})

test.skipIf(findOnPath('ss') === undefined && findOnPath('lsof') === undefined)(
  'who listens there is named by the command a person would know',
  async () => {
    const port = await occupy('PARAMEDIC_API_PORT')
    expect(await portHolder(port)).toMatch(new RegExp(`^node .*vitest.* \\(pid ${process.pid}\\)$`))
    expect(await portHolder(await freePort())).toBeUndefined()
  },
)

test('the port of a part that is not started may be in use', async () => {
  await occupy('PARAMEDIC_REDIS_PORT')
  expect(await claimPorts(['api', 'postgres'], env)).toMatchObject({ api: Number(env['PARAMEDIC_API_PORT']) })
})

test('one port for two parts is refused with both variables', async () => {
  env['PARAMEDIC_SHOP_PORT'] = env['PARAMEDIC_API_PORT']!
  const error = await refusalOf(() => claimPorts(['api', 'shop'], env))
  expect(error.message).toBe('The same port is meant for api and shop.')
  expect(error.hint).toBe('give each its own: PARAMEDIC_API_PORT, PARAMEDIC_SHOP_PORT')
})

test('without a variable it is the default', () => {
  expect(portOf('temporal', {})).toBe(8733)
})

test.each(['0', '65536', 'http', '8o'])('%s is refused as a port', value => {
  expect(() => portOf('api', { PARAMEDIC_API_PORT: value })).toThrow(SetupError)
})

test('ports asked for together are different', async () => {
  expect(new Set(await freePorts(8)).size).toBe(8)
  expect(await freePort()).toBeGreaterThan(0)
})

async function occupy(variable: string): Promise<number> {
  const port = Number(env[variable])
  const holder = createServer().listen(port, '127.0.0.1')
  holders.push(holder)
  await once(holder, 'listening')
  return port
}

async function refusalOf(work: () => Promise<unknown>): Promise<SetupError> {
  const error = await work().catch((caught: unknown) => caught)
  if (!(error instanceof SetupError)) throw new Error('expected a SetupError', { cause: error })
  expect(error.code).toBe('port_in_use')
  return error
}
