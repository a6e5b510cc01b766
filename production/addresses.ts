import { isPortFree } from '../embedded/ports.ts'

/**
 * Every service listens on 127.0.0.1 when it runs natively, so each of its ports becomes a free one of the machine. Text that
 * speaks of `service:port` is translated: arguments, variables, mounted files.
 */
export interface Addresses {
  /** The native port of a service's port. */
  portOf(service: string, port: number): number
  /** Text of a container of `service`, with every address made native. */
  translate(text: string, service: string): string
  /** Where a port of a container went, for the report. */
  all(): { service: string; port: number; native: number }[]
}

/**
 * Below 32,768, where the kernel hands out ports by itself, and where Temporal's store on PostgreSQL ends: it keeps the ports of its
 * members in a smallint and refuses to start with others.
 */
const portRange = { first: 20_000, last: 32_767 }

/** Temporal has nine; most have one. */
const portsPerService = 4

export async function createAddresses(services: readonly string[]): Promise<Addresses> {
  const free = await findFreePorts(portsPerService * services.length)
  const given = new Map<string, number>()
  // The longest first: `temporal-postgres` is not a `temporal`.
  const names = services.toSorted((one, other) => other.length - one.length).join('|')
  const other = new RegExp(`(?<![\\w.-])(${names}):(\\d+)(?!\\w)`, 'g')
  const own = /(?:0\.0\.0\.0|127\.0\.0\.1)([:/])(\d+)(?!\w)/g

  const portOf = (service: string, port: number): number => {
    const key = `${service}:${port}`
    const native = given.get(key) ?? free.pop()
    if (native === undefined) throw new Error(`no port is left for ${key}`)
    given.set(key, native)
    return native
  }
  return {
    portOf,
    translate: (text, service) =>
      text
        .replaceAll(
          own,
          (_, sign: string, port: string) => `127.0.0.1${sign}${portOf(service, Number(port))}`,
        )
        .replaceAll(other, (_, name: string, port: string) => `127.0.0.1:${portOf(name, Number(port))}`),
    all: () =>
      [...given].map(([key, native]) => {
        const at = key.lastIndexOf(':')
        return { service: key.slice(0, at), port: Number(key.slice(at + 1)), native }
      }),
  }
}

async function findFreePorts(count: number): Promise<number[]> {
  const found: number[] = []
  // Rehearsals of two clones at the same time start looking at different places.
  const start = portRange.first + (process.pid % 100) * 100
  for (let port = start; found.length < count && port <= portRange.last; port += 1)
    if (await isPortFree(port)) found.push(port)
  return found
}

/** Variables that come in pairs, `X_HOST` and `X_PORT`, and arguments such as `--port 6379`. */
export function translatePairs(
  environment: Record<string, string>,
  service: string,
  addresses: Addresses,
): Record<string, string> {
  const pairs = Object.keys(environment).flatMap(name => {
    const port = name.replace(/_HOST$/, '_PORT')
    return port !== name && port in environment ? [{ host: name, port }] : []
  })
  const translated = { ...environment }
  for (const { host, port } of pairs) {
    const address = `${environment[host]}:${environment[port]}`
    const [nativeHost = '', nativePort = ''] = addresses.translate(address, service).split(':')
    Object.assign(translated, { [host]: nativeHost, [port]: nativePort })
  }
  return translated
}

/** Arguments that give host and port apart: `--port 6379`, `-p 6379`, `127.0.0.1 7233`. */
export function translateArguments(args: readonly string[], service: string, addresses: Addresses): string[] {
  return args.map((arg, index) => {
    if (arg === '0.0.0.0') return '127.0.0.1'
    const before = args[index - 1] ?? ''
    const isPort = /^\d+$/.test(arg) && ['--port', '-p', '127.0.0.1'].includes(before)
    return isPort ? String(addresses.portOf(service, Number(arg))) : addresses.translate(arg, service)
  })
}
