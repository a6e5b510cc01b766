import { CodedError } from '../../../contracts/coded-error.ts'
import { requireSameIdentity } from '../same-identity.ts'
import { identityOf } from './identity.ts'
import type { ProcessDriver, ProcessIdentity, StopResult } from './process-driver.ts'

export type Stopped = Exclude<StopResult, 'identity-changed'>

/** Stops the process a plan named, and no other. Throws `identity_changed` when another one runs. */
export async function stopPlanned(
  target: string,
  driver: ProcessDriver,
  expected: ProcessIdentity,
  graceMs: number,
): Promise<Stopped> {
  const howStopped = await driver.stop({ graceMs, expected })
  if (howStopped !== 'identity-changed') return howStopped
  requireSameIdentity(target, identityOf(expected), identityOf(await driver.identity()))
  throw new CodedError(
    'identity_changed',
    `The process of ${target} was another one for a moment; it was left alone.`,
  )
}
