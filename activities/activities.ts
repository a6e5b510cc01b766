import type { Configuration } from '../contracts/configuration.ts'
import type { ChannelGate } from '../reach/channel-gate.ts'
import type { Pool } from '../store/database.ts'
import { createArchiveActivities, type Histories } from './archive.ts'
import { createForeseeActivities } from './foresee.ts'
import { createPageActivities } from './page.ts'
import { createPlanActivities } from './plan.ts'
import { createPostmortemActivities } from './postmortem.ts'
import { createRecheckActivities } from './recheck.ts'
import { createRecordActivities } from './record.ts'
import { createActionActivities } from './run-action.ts'
import { createCheckActivities } from './run-check.ts'
import { createSettleActivities } from './settle.ts'
import type { ActionImplementations, CheckImplementations } from './targets/implementations.ts'
import { createVerifyActivities } from './verify.ts'

/** What activities need of the world. Targets and channels are exchanged in rehearsals; the rest is real there too. */
export interface ActivityDependencies {
  pool: Pool
  configuration: Configuration
  checks: CheckImplementations
  actions: ActionImplementations
  gate: ChannelGate
  histories: Histories
  /** Names this worker in claims. */
  worker: string
}

/** What those that touch targets need. */
export type TargetDependencies = Pick<
  ActivityDependencies,
  'pool' | 'configuration' | 'checks' | 'actions' | 'worker'
>

/** Activities by the task queue that serves them. */
export function createActivities(dependencies: ActivityDependencies) {
  return {
    main: {
      ...createRecordActivities(dependencies),
      ...createCheckActivities(dependencies),
      ...createVerifyActivities(dependencies),
      ...createRecheckActivities(dependencies),
      ...createPlanActivities(dependencies),
      ...createForeseeActivities(dependencies),
      ...createArchiveActivities(dependencies),
      ...createPostmortemActivities(dependencies),
    },
    actions: {
      ...createActionActivities(dependencies),
      ...createSettleActivities(dependencies),
    },
    pages: createPageActivities(dependencies),
  }
}

/** What a worker of a site does: what touches a target, and nothing that only needs PostgreSQL. */
export function createSiteActivities(dependencies: TargetDependencies) {
  const { verify } = createVerifyActivities(dependencies)
  const { probe } = createSettleActivities(dependencies)
  const { giveUpCheck: _, ...checks } = createCheckActivities(dependencies)
  return {
    main: {
      ...checks,
      verify,
      ...createRecheckActivities(dependencies),
      ...createPlanActivities(dependencies),
      ...createForeseeActivities(dependencies),
    },
    actions: { ...createActionActivities(dependencies), probe },
  }
}

export type SiteActivities = ReturnType<typeof createSiteActivities>

export type Activities = ReturnType<typeof createActivities>
