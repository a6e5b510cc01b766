import type { Command } from 'commander'
import { defineEdit } from './postmortem-edit.ts'
import { defineList } from './postmortem-list.ts'
import { defineExport, defineShow } from './postmortem-show.ts'
import { defineDecisions } from './postmortem-decide.ts'

export function define(noun: Command): void {
  defineList(noun)
  defineShow(noun)
  defineEdit(noun)
  defineDecisions(noun)
  defineExport(noun)
}
