import type { Command } from 'commander'
import { formatDuration } from '../../contracts/duration.ts'
import type { RuleList, RuleView } from '../../contracts/rule-views.ts'
import { readableNumber, type RulePhase } from '../../contracts/rule.ts'
import { withExamples } from '../command-help.ts'
import { inSession, type Session } from '../session.ts'
import { humaneDuration, wholeDuration } from '../terminal/clock.ts'
import type { Tone } from '../terminal/paint.ts'
import { cleaned, oneLine } from '../terminal/plain-text.ts'
import { table, type Row } from '../terminal/table.ts'

export function define(noun: Command): void {
  const list = noun
    .command('list')
    .description('the threshold rules: what each measures now, and what is wrong with it')
    .action((_: object, command: Command) => inSession(command, listRules))
  withExamples(list, ['rule list', 'rule list --json'])
}

async function listRules(session: Session): Promise<void> {
  const answer = await fetchRules(session)
  if (session.isJson) return session.printJson(answer)
  const { terminal } = session
  const { rules } = cleaned(answer)
  if (rules.length === 0) return terminal.print(['There are no rules: docs/rules.md shows how to write one.'])
  const width = terminal.isInteractive ? terminal.width() : Infinity
  const titles = ['RULE', 'PHASE', 'FOR', 'VALUE', 'CONDITION', 'PROBLEM'].map(text => ({
    text,
    tone: 'quiet' as const,
  }))
  const rows = rules.map(rule => rowOf(rule, session.now()))
  terminal.print(table([titles, ...rows], terminal.paint, width))
  const isFiring = rules.some(({ phase }) => phase === 'firing')
  if (isFiring) terminal.print(['', terminal.paint.command('npx paramedic alert list')])
  else if (rules.some(({ problem }) => problem !== null))
    terminal.print(['', terminal.paint.command('npx paramedic doctor')])
}

async function fetchRules({ api }: Session): Promise<RuleList> {
  let page = await api().get<RuleList>('/v1/rules')
  const rules = [...page.rules]
  while (page.nextCursor !== null) {
    page = await api().get<RuleList>('/v1/rules', { cursor: page.nextCursor })
    rules.push(...page.rules)
  }
  return { rules, nextCursor: null }
}

const tones: Record<RulePhase, Tone> = {
  inactive: 'plain',
  pending: 'attention',
  firing: 'bad',
  cooldown: 'quiet',
}

function rowOf(rule: RuleView, now: number): Row {
  return [
    rule.name,
    { text: rule.phase, tone: tones[rule.phase] },
    wholeDuration(now - Date.parse(rule.since)),
    valueOf(rule),
    conditionOf(rule),
    { text: problemOf(rule, now), tone: 'attention' },
  ]
}

function valueOf({ measuredAt, operator, value }: RuleView): string {
  if (measuredAt === null) return 'not yet'
  if (value === null) return '–'
  return operator === 'absent' ? 'there' : readableNumber(value)
}

function conditionOf({ aggregate, windowMs, operator, threshold, forMs }: RuleView): string {
  const over = windowMs === null ? '' : `${aggregate} over ${formatDuration(windowMs)} `
  const held = forMs === 0 ? '' : ` for ${formatDuration(forMs)}`
  return `${over}${operator}${threshold === null ? '' : ` ${threshold}`}${held}`
}

function problemOf({ problem, quietUntil }: RuleView, now: number): string {
  if (problem !== null)
    return oneLine(`${problem.message} (${problem.code}, ${humaneDuration(now - Date.parse(problem.since))})`)
  return quietUntil === null ? '' : `quiet for ${wholeDuration(Date.parse(quietUntil) - now)}`
}
