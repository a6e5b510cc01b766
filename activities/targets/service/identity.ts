import { CodedError } from '../../../contracts/coded-error.ts'
import type { TargetConfigurationOf } from '../../../contracts/configuration/targets.ts'
import type { TargetIdentity } from '../../../contracts/plan.ts'
import { createProcessDriver, type ProcessDriver, type ProcessIdentity } from './process-driver.ts'

/** The driver of a service's process. Throws `target_rejected` when the configuration names none. */
export function driverOf(target: TargetConfigurationOf<'service'>): ProcessDriver {
  return createProcessDriver(processOf(target))
}

/** How the service's process is run, as configured. Throws `target_rejected` when it is not. */
function processOf(target: TargetConfigurationOf<'service'>): NonNullable<typeof target.process> {
  if (target.process !== undefined) return target.process
  throw new CodedError(
    'target_rejected',
    `The configuration of ${target.name} does not say how its process is run.`,
    {
      fields: { target: target.name },
      hint: 'Give the target a `process` with command, directory, pid_file and log_file.',
    },
  )
}

/** What makes a service this one: its process by pid and start time, or that none runs. */
export function identityOf(running: ProcessIdentity | undefined): TargetIdentity {
  return running === undefined ? { pid: 'none' } : { pid: String(running.pid), startTime: running.startTime }
}

/** The process a plan named; undefined when it named none. */
export function processNamedBy(identity: TargetIdentity): ProcessIdentity | undefined {
  const { pid, startTime } = identity
  return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime }
}
