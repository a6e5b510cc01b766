import type { Command } from 'commander'
import { defineActs } from './incident-acts.ts'
import { defineAssessments } from './incident-assess.ts'
import { defineDecisions } from './incident-decide.ts'
import { defineAt } from './incident-at.ts'
import { defineList } from './incident-list.ts'
import { defineRebase } from './incident-rebase.ts'
import { defineReplay } from './incident-replay.ts'
import { defineShow } from './incident-show.ts'
import { defineWatch } from './incident-watch.ts'

export function define(noun: Command): void {
  defineList(noun)
  defineShow(noun)
  defineWatch(noun)
  defineDecisions(noun)
  defineActs(noun)
  defineAssessments(noun)
  defineAt(noun)
  defineReplay(noun)
  defineRebase(noun)
}
