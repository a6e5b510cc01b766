/** Runbooks in force: what new incidents are opened with, and how that came about. */
import type { LoadedRunbook } from './runbook.ts'

/** How a runbook is put in force: a worker that starts reads its folder, or a person sends one with `paramedic runbook sync`. */
export const waysInForce = ['start', 'sync'] as const
export type WayInForce = (typeof waysInForce)[number]

/** `rewritten`: the version is the same; its comments, its layout or its file are not. */
export const runbookChanges = ['new', 'changed', 'rewritten', 'removed'] as const
export type RunbookChangeKind = (typeof runbookChanges)[number]

/** A runbook without faults, and the file that says it. */
export interface WrittenRunbook extends LoadedRunbook {
  /** Below its folder, with `/`. */
  file: string
  /** The text of the file. */
  source: string
}

export interface RunbookInForce extends WrittenRunbook {
  name: string
  /** Since when this version is in force, ISO 8601. */
  since: string
  way: WayInForce
  /** Name of the principal; `paramedic` at a start. */
  by: string
}

/** A file that is not in force as it is written. */
export interface HeldBackFile {
  file: string
  faults: number
  /** The faults as the linter tells them. */
  told: string
  /** Of the runbook whose last good version is in force meanwhile. */
  keeps?: string
}

/** What is to be in force, all of it, and what was held back on the way. */
export interface SettledRunbooks {
  inForce: WrittenRunbook[]
  heldBack: HeldBackFile[]
}

/** One difference between what was in force and what is to be. */
export interface RunbookChange {
  name: string
  change: RunbookChangeKind
  before?: WrittenRunbook
  after?: WrittenRunbook
}
