import { createServer } from 'node:net'
import { portHolder } from './port-holder.ts'
import { SetupError } from './setup-error.ts'

const LOOPBACK = '127.0.0.1'

/** Fixed, so that bookmarks and configuration survive a restart; away from the products' own default ports. */
export const DEFAULT_PORTS = {
  api: { port: 8700, variable: 'PARAMEDIC_API_PORT' },
  temporal: { port: 8733, variable: 'PARAMEDIC_TEMPORAL_PORT' },
  postgres: { port: 8754, variable: 'PARAMEDIC_POSTGRES_PORT' },
  redis: { port: 8763, variable: 'PARAMEDIC_REDIS_PORT' },
  shop: { port: 8790, variable: 'PARAMEDIC_SHOP_PORT' },
} as const

export type PortName = keyof typeof DEFAULT_PORTS
export type Ports = Record<PortName, number>

/**
 * The ports of all parts: their variables, else their defaults. Throws port_in_use, which names all those of the needed
 * parts on which somebody listens, so that nobody has to find them one start after the other.
 */
export async function claimPorts(needed: readonly PortName[], env: NodeJS.ProcessEnv): Promise<Ports> {
  const ports: Ports = {
    api: portOf('api', env),
    temporal: portOf('temporal', env),
    postgres: portOf('postgres', env),
    redis: portOf('redis', env),
    shop: portOf('shop', env),
  }
  const twins = needed.filter(name => needed.some(other => other !== name && ports[other] === ports[name]))
  if (twins.length > 0) throw givenTwice(twins)
  const areFree = await Promise.all(needed.map(name => isPortFree(ports[name])))
  const taken = needed.filter((_, index) => areFree[index] === false)
  if (taken.length > 0) throw await inUse(taken, ports)
  return ports
}

async function inUse(taken: readonly PortName[], ports: Ports): Promise<SetupError> {
  const sentences = taken.map(async name => {
    const holder = await portHolder(ports[name])
    return `Port ${ports[name]} on ${LOOPBACK}, meant for ${name}, is in use${holder === undefined ? '' : ` by ${holder}`}.`
  })
  const others = taken.map(
    async name => `${DEFAULT_PORTS[name].variable}=${await freePortAbove(ports[name])}`,
  )
  const [what, which] = taken.length === 1 ? ['that process', 'another port'] : ['them', 'other ports']
  return new SetupError(
    'port_in_use',
    (await Promise.all(sentences)).join('\n  '),
    `end ${what}, or choose ${which}: ${(await Promise.all(others)).join(' ')} npm start`,
  )
}

function givenTwice(names: readonly PortName[]): SetupError {
  return new SetupError(
    'port_in_use',
    `The same port is meant for ${names.join(' and ')}.`,
    `give each its own: ${names.map(name => DEFAULT_PORTS[name].variable).join(', ')}`,
  )
}

/** Looks like the one that is taken, so that it can be remembered: 9700 for 8700. */
async function freePortAbove(port: number): Promise<number> {
  for (let other = port + 1_000; other < 65_536; other += 1_000) if (await isPortFree(other)) return other
  return freePort()
}

/** The port of a part without looking whether it is free. Throws port_in_use for a value that is no port. */
export function portOf(name: PortName, env: NodeJS.ProcessEnv): number {
  const { port, variable } = DEFAULT_PORTS[name]
  const given = env[variable]
  if (given === undefined || given === '') return port
  const parsed = Number(given)
  if (Number.isInteger(parsed) && parsed > 0 && parsed < 65_536) return parsed
  throw new SetupError('port_in_use', `${variable}=${given} is not a port.`, `give a number from 1 to 65535`)
}

/** `count` ports nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  // All held at once: asked for one after another, the kernel may give the same port twice.
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)))
  const ports = servers.map(server => {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a numeric address')
    return address.port
  })
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  if (port === undefined) throw new Error('asked for one port, got none')
  return port
}

export async function isPortFree(port: number): Promise<boolean> {
  try {
    const server = await listen(port)
    await new Promise(resolve => server.close(resolve))
    return true
  } catch {
    return false
  }
}

function listen(port: number) {
  const server = createServer()
  return new Promise<typeof server>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => resolve(server))
  })
}
