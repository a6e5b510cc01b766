/** What a common drill is made from, and what comes of it. */
import type { Drill, Given as DrillGiven } from '../contracts/drill.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { Path } from './asked-conditions.ts'
import type { Illness } from './illness.ts'

export interface CommonDrill extends Drill {
  /** Part of the drill -> the part of the runbook from which it follows. */
  places: { path: Path; from: Path }[]
}

/** One that is not made, and why. */
export interface LeftOut {
  name: string
  because: string
}

/** What an author says of the scene: it goes before what is made up. */
export type Scene = Partial<Pick<DrillGiven, 'at' | 'alert' | 'people'>>

export interface Making {
  runbook: Runbook
  illness: Illness
  scene: Scene
}

export type Made = CommonDrill | LeftOut
