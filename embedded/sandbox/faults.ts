import {
  createProcessDriver,
  type ProcessDefinition,
} from '../../activities/targets/service/process-driver.ts'
import { awaitShop } from './await-shop.ts'
import { reasonOf } from './fetch-failure.ts'
import type { BreakageReply, BreakageStatus } from './shop/breakage.ts'

/** Every way to break the sandbox, with what it does in one sentence. */
export const sandboxFaults = {
  'idle-connections':
    'Leaks database connections until the pool of the shop is exhausted; carts and checkouts fail.',
  'stale-cache': 'Fills the cache with 400 entries that the shop cannot read; product pages answer 500.',
  crash: 'Kills the shop with SIGKILL; nothing answers until it is started again.',
} as const

export type SandboxFault = keyof typeof sandboxFaults

export function isSandboxFault(name: string): name is SandboxFault {
  return Object.hasOwn(sandboxFaults, name)
}

export interface SandboxAddress {
  shopUrl: string
}

/** With the shop's process definition a crashed shop can be started again; readSandboxRecord has both. */
export interface SandboxPlace extends SandboxAddress {
  shop: ProcessDefinition
}

export interface SandboxStatus {
  shopUrl: string
  /** `broken`: it answers, but not well. */
  state: 'up' | 'broken' | 'down'
  /** The faults in effect. */
  faults: SandboxFault[]
  /** Why /health is not happy, in the shop's own words. */
  reasons: string[]
  shop?: BreakageStatus
}

/** A break finds connections that requests still hold and waits for them; more means that the shop hangs. */
const answerWithinMs = 10_000

/**
 * Breaks the shop. Breaking it twice is harmless and says so.
 * @throws Error when the shop does not run or refuses; the message says what to do.
 */
export async function breakSandbox(fault: SandboxFault, { shopUrl }: SandboxAddress): Promise<BreakageReply> {
  return post(shopUrl, `break/${fault}`)
}

/** Mends one fault, or all of them; a shop that does not run is started first. */
export async function healSandbox(
  fault: SandboxFault | undefined,
  { shopUrl, shop }: SandboxPlace,
): Promise<BreakageReply[]> {
  const replies = [await healCrash(shopUrl, shop)]
  if (fault !== 'idle-connections' && fault !== 'crash') replies.push(await post(shopUrl, 'heal/stale-cache'))
  if (fault !== 'stale-cache' && fault !== 'crash') replies.push(await post(shopUrl, 'heal/idle-connections'))
  return replies.filter(reply => reply.isChanged || fault === undefined || reply.fault === fault)
}

/** What is broken now, seen from outside; a shop that does not answer is a status, not an error. */
export async function sandboxStatus({ shopUrl }: SandboxAddress): Promise<SandboxStatus> {
  const signal = AbortSignal.timeout(answerWithinMs)
  try {
    const health = await fetch(`${shopUrl}/health`, { signal })
    // Both bodies come from our own shop process.
    const { reasons } = (await health.json()) as { reasons: string[] }
    const shop = (await (await fetch(`${shopUrl}/sandbox/status`, { signal })).json()) as BreakageStatus
    const faults = faultsOf(shop)
    return { shopUrl, state: health.ok && faults.length === 0 ? 'up' : 'broken', faults, reasons, shop }
  } catch (error) {
    return { shopUrl, state: 'down', faults: ['crash'], reasons: [reasonOf(error)] }
  }
}

function faultsOf(shop: BreakageStatus): SandboxFault[] {
  const faults: SandboxFault[] = []
  if (shop.leakedConnections > 0) faults.push('idle-connections')
  if ((shop.invalidCacheEntries ?? 0) > 0) faults.push('stale-cache')
  return faults
}

async function healCrash(shopUrl: string, shop: ProcessDefinition): Promise<BreakageReply> {
  const driver = createProcessDriver(shop)
  const running = await driver.identity()
  const { pid } = await driver.start()
  await awaitShop(shopUrl, shop.logFile)
  return running === undefined
    ? { fault: 'crash', isChanged: true, message: `Started the shop (pid ${pid}).` }
    : { fault: 'crash', isChanged: false, message: 'Nothing to heal: the shop runs.' }
}

async function post(shopUrl: string, path: string): Promise<BreakageReply> {
  const response = await fetch(`${shopUrl}/sandbox/${path}`, {
    method: 'POST',
    signal: AbortSignal.timeout(answerWithinMs),
  }).catch((error: unknown) => {
    throw new Error(
      `The sandbox's shop does not answer at ${shopUrl} (${reasonOf(error)}): run \`npm start\` first`,
      { cause: error },
    )
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`The sandbox's shop refused ${path}: ${messageIn(text)}`)
  // The body of our own shop process.
  return JSON.parse(text) as BreakageReply
}

function messageIn(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : text
  } catch {
    return text
  }
}
