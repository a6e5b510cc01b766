import type { Command } from 'commander'
import { define as defineRun } from './drill-run.ts'

export function define(noun: Command): void {
  defineRun(noun)
}
