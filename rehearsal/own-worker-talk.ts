/** What the worker of a drill that is a process of its own asks the drill, and what it is told. */
import type { ErrorCode } from '../contracts/error-codes.ts'
import type { Drill } from '../contracts/drill.ts'
import type { RehearsedRunbook } from './drill-set.ts'
import type { ScriptInput } from './script-activities.ts'
import type { Moment } from './scripted-targets.ts'
import type { SentPage, ToldNews } from './stage.ts'

/** The first message to it. */
export interface WorkerBeginning {
  temporalAddress: string
  namespace: string
  databaseUrl: string
  drill: Drill
  loaded: RehearsedRunbook
}

export type Asked =
  | { what: 'measure' | 'wouldTouch' | 'apply' | 'probe'; moment: Moment }
  | { what: 'identity'; moment: Moment; isBeforeEffect: boolean }
  | { what: 'before-action'; step: string }
  | { what: 'after-activity' }
  | { what: 'read-script'; input: ScriptInput }
  | { what: 'perform-act'; input: ScriptInput & { index: number; atMs: number } }
  | { what: 'paged'; sent: SentPage }
  | { what: 'told'; one: ToldNews }

export interface Question {
  id: number
  asked: Asked
}

export interface Answer {
  id: number
  value?: unknown
  failure?: { code?: ErrorCode; message: string; fields?: Record<string, unknown> }
}
