import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { createProcessDriver } from '../../activities/targets/service/process-driver.ts'
import { awaitShop } from './await-shop.ts'
import { sandboxConfiguration, shopProcess } from './configuration.ts'
import { keepSecret, newSigningSecret, newToken } from './credentials.ts'
import { provisionShop } from './provision.ts'
import { readSandboxRecord, sandboxDir, writeSandboxRecord } from './sandbox-file.ts'

/** The shop ends by itself within two seconds. */
const stopGraceMs = 3_000

export interface SandboxOptions {
  projectDir: string
  /** Data folder of `npm start` (`.paramedic`): the sandbox keeps its files in `sandbox/`, logs in `logs/`, the person's token in `token`. */
  dataDir: string
  /** Connection string of a database; without a user that of a superuser. */
  postgresUrl(database: string, user?: string): string
  /** Undefined: the shop runs without a cache and cannot be broken by it. */
  redisUrl: string | undefined
  shopPort: number
  say(line: string): void
}

export interface Sandbox {
  configPath: string
  /** What the references in that configuration stand for. */
  env: Record<string, string>
  /** Starts the shop and waits until it answers. Start the worker after it, or its rules report a shop that is still starting. */
  start(): Promise<void>
  /** Stops the shop. Stop the worker first, or its rules report the shop's end. */
  stop(): Promise<void>
}

/** A small real system to break: provisions it, and returns how to start and stop it. Repeating it changes nothing. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { dataDir, projectDir, redisUrl, shopPort } = options
  const ownDir = sandboxDir(dataDir)
  mkdirSync(ownDir, { recursive: true, mode: 0o700 })
  await provisionShop(options.postgresUrl)

  const shopUrl = `http://127.0.0.1:${shopPort}`
  const env: Record<string, string> = {
    PARAMEDIC_SANDBOX_NODE: process.execPath,
    PARAMEDIC_SANDBOX_PROJECT: projectDir,
    PARAMEDIC_SANDBOX_DATA: ownDir,
    PARAMEDIC_SANDBOX_LOGS: join(dataDir, 'logs'),
    PARAMEDIC_SANDBOX_SHOP_URL: shopUrl,
    PARAMEDIC_SANDBOX_SHOP_PORT: String(shopPort),
    PARAMEDIC_SANDBOX_SHOP_DATABASE_URL: options.postgresUrl('shop', 'shop'),
    PARAMEDIC_SANDBOX_DATABASE_URL: options.postgresUrl('shop', 'paramedic_operator'),
    ...(redisUrl === undefined ? {} : { PARAMEDIC_SANDBOX_REDIS_URL: redisUrl }),
    PARAMEDIC_SANDBOX_TOKEN: keepSecret(join(dataDir, 'token'), newToken),
    PARAMEDIC_SANDBOX_GENERIC_TOKEN: keepSecret(join(ownDir, 'generic-token'), newToken),
    PARAMEDIC_SANDBOX_PAGE_SECRET: keepSecret(join(ownDir, 'page-secret'), newSigningSecret),
  }
  const configPath = sandboxConfiguration(projectDir, ownDir, redisUrl !== undefined)
  const shop = shopProcess(configPath, env)
  const driver = createProcessDriver(shop)

  return {
    configPath,
    env,
    start: async () => {
      const before = readSandboxRecord(dataDir)?.shop
      // A shop left over from a killed start may still look for its database where that start had it.
      if (!isDeepStrictEqual(before, shop)) await driver.stop({ graceMs: stopGraceMs })
      writeSandboxRecord(dataDir, { shopUrl, shop })
      const { pid } = await driver.start()
      await awaitShop(shopUrl, shop.logFile)
      options.say(
        `shop runs at ${shopUrl} (pid ${pid})${redisUrl === undefined ? ', without a cache: no Redis here' : ''}`,
      )
    },
    stop: async () => {
      await driver.stop({ graceMs: stopGraceMs })
    },
  }
}
