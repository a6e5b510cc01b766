import { createProcessDriver } from '../activities/targets/service/process-driver.ts'
import { readSandboxRecord } from './sandbox/sandbox-file.ts'

/**
 * Ends the sandbox's shop when a start was killed before it could. The shop is nobody's child, so that
 * service.restart works on it, and it would hold its port. Returns whether one ran.
 */
export async function endLeftoverShop(dataDir: string, graceMs: number): Promise<boolean> {
  const shop = readSandboxRecord(dataDir)?.shop
  return shop !== undefined && (await createProcessDriver(shop).stop({ graceMs })) === 'stopped'
}
