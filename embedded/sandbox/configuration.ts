import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, isSeq, parseDocument, type Document } from 'yaml'
import { z } from 'zod'
import type { ProcessDefinition } from '../../activities/targets/service/process-driver.ts'

const shippedConfiguration = 'embedded/sandbox/paramedic.yaml'

/**
 * The sandbox's paramedic.yaml: the one in the repository or, on a machine without Redis, a copy of it that does not
 * mention the cache, so that Paramedic says "unbound" and not "unreachable".
 */
export function sandboxConfiguration(projectDir: string, copyDir: string, hasRedis: boolean): string {
  const shipped = join(projectDir, shippedConfiguration)
  if (hasRedis) return shipped
  const document = parseDocument(readFileSync(shipped, 'utf8'))
  removeCache(document)
  removeRulesOfCache(document)
  const copy = join(copyDir, 'paramedic.yaml')
  writeFileSync(copy, String(document))
  return copy
}

function removeCache(document: Document): void {
  const targets = document.get('targets')
  if (!isSeq(targets)) throw new Error(`${shippedConfiguration} has no targets`)
  targets.items = targets.items.filter(item => !(isMap(item) && item.get('kind') === 'redis'))
  const shopRedis = ['process', 'environment', 'PARAMEDIC_SHOP_REDIS_URL']
  for (const item of targets.items) {
    if (isMap(item) && item.hasIn(shopRedis)) item.deleteIn(shopRedis)
  }
}

/** A shop without a cache has none of its metrics; a rule for one would be without a value for ever. */
function removeRulesOfCache(document: Document): void {
  const rules = document.get('rules')
  if (!isSeq(rules)) throw new Error(`${shippedConfiguration} has no rules`)
  rules.items = rules.items.filter(item => !(isMap(item) && item.get('category') === 'cache'))
}

const processOfTarget = z.object({
  command: z.array(z.string()),
  directory: z.string(),
  pid_file: z.string(),
  log_file: z.string(),
  environment: z.record(z.string(), z.string()),
})
const targetsWithProcess = z.object({
  targets: z.array(z.object({ name: z.string(), process: processOfTarget.optional() })),
})

/** How the shop runs, read from the same lines that service.restart follows: both start the same process. */
export function shopProcess(configPath: string, env: Record<string, string>): ProcessDefinition {
  const text = readFileSync(configPath, 'utf8')
  const { targets } = targetsWithProcess.parse(parseDocument(text).toJS(), {
    error: () => `${configPath} is damaged`,
  })
  const found = targets.find(target => target.name === 'shop-api')?.process
  if (found === undefined) throw new Error(`${configPath} does not say how the shop runs`)
  const resolve = (value: string): string =>
    value.replace(/\$\{env:([A-Z_]+)\}/g, (reference, name: string) => {
      const resolved = env[name]
      if (resolved === undefined)
        throw new Error(`${configPath} refers to ${reference}, which the sandbox does not supply`)
      return resolved
    })
  return {
    command: found.command.map(resolve),
    directory: resolve(found.directory),
    pidFile: resolve(found.pid_file),
    logFile: resolve(found.log_file),
    environment: Object.fromEntries(
      Object.entries(found.environment).map(([name, value]) => [name, resolve(value)]),
    ),
  }
}
