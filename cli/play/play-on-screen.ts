/** `drill play`: shows the incident as it unfolds, and does what keys say until it is over. */
import type { PersonsAct } from '../../contracts/drill.ts'
import type { IncidentDetail } from '../../contracts/views.ts'
import type { Play } from '../../rehearsal/play-drill.ts'
import { entryLines } from '../story/entries.ts'
import { gatePlan } from '../story/gate-plan.ts'
import { heading } from '../story/heading.ts'
import { firstValues } from '../story/measured.ts'
import type { View } from '../story/view.ts'
import { cleaned, oneLine } from '../terminal/plain-text.ts'
import { type Choice, choicesOf, openGates, type Question } from './choices.ts'
import { footLines } from './foot.ts'

export interface PlayScreen {
  /** Lines that stay. */
  tell(lines: readonly string[]): void
  /** Lines below them, in place of those that stand there. */
  foot(lines: readonly string[]): void
}

export interface PlayedAct {
  /** Since the opening, by the incident's clock. */
  atMs: number
  who: string
  does: PersonsAct
  /** Why it was not possible. */
  refused?: string
}

const everyMs = 250
const ctrlC = '\u0003'
const escape = '\u001b'
const enters = ['\r', '\n']
const deletes = ['\u007f', '\b']

/**
 * Returns what was done, when the incident has ended, `q` or Ctrl-C was pressed, or no key can come any more.
 * @param keys one after the other: a character, Ctrl-C as `\u0003`.
 * @param viewAt the layout at a moment of the incident's clock.
 */
export async function playOnScreen(
  play: Play,
  given: { keys: AsyncIterable<string>; screen: PlayScreen; viewAt(nowMs: number): View; who: string },
): Promise<PlayedAct[]> {
  const { keys, screen, viewAt } = given
  const acts: PlayedAct[] = []
  let { who } = given
  let incident = cleaned(await play.look())
  let toldSeq = 0
  const toldGates = new Set<string>()
  let gateIndex = 0
  let asked: { question: Question; typed: string } | undefined
  let note = ''
  let isJumping = false
  let isOver = false

  const opened = Date.parse(incident.openedAt)
  screen.tell([...heading(incident, viewAt(play.nowMs())), ''])
  draw()
  const ticking = setInterval(() => void refresh(), everyMs)
  const done = Promise.withResolvers<void>()
  let looking: Promise<void> | undefined
  let handling: Promise<void> = Promise.resolve()
  const fail = (error: unknown): void => done.reject(error)
  play.ended.then(done.resolve, fail)
  void listen().then(done.resolve, fail)
  try {
    await done.promise
    await looking
    await refresh()
  } finally {
    clearInterval(ticking)
    isOver = true
    screen.foot([])
  }
  return acts

  async function listen(): Promise<void> {
    for await (const key of keys) {
      if (key === ctrlC) return
      // A person may leave whatever is still under way.
      if (asked === undefined && pressed(key)?.does.kind === 'quit') return
      handling = handling.then(() => handle(key)).catch(fail)
    }
    await handling
  }

  /** One look at a time; whoever asks meanwhile is answered by the one that is under way. */
  function refresh(): Promise<void> {
    looking ??= lookNow()
      .catch(fail)
      .finally(() => (looking = undefined))
    return looking
  }
  async function lookNow(): Promise<void> {
    incident = cleaned(await play.look())
    tellNews(incident)
    draw()
  }
  function tellNews({ timeline }: IncidentDetail): void {
    const view = viewAt(play.nowMs())
    const fresh = timeline.filter(({ seq }) => seq > toldSeq)
    toldSeq = fresh.at(-1)?.seq ?? toldSeq
    const gates = openGates(incident).filter(({ id }) => !toldGates.has(id))
    for (const { id } of gates) toldGates.add(id)
    const lines = [
      ...entryLines(fresh, view, { before: firstValues(timeline) }),
      ...gates.flatMap(gate => ['', ...gatePlan(gate, view), '']),
    ]
    if (lines.length > 0) screen.tell(lines)
  }
  function draw(): void {
    if (isOver) return
    const gate = currentGate()
    const view = viewAt(play.nowMs())
    const choices = choicesOf(incident, gate)
    screen.foot(footLines({ incident, gate, choices, who, note, asked, isJumping }, view))
  }
  function currentGate() {
    const gates = openGates(incident)
    return gates[gateIndex % Math.max(1, gates.length)]
  }
  function pressed(key: string): Choice | undefined {
    const name = key === ' ' || enters.includes(key) ? 'space' : key
    return choicesOf(incident, currentGate()).find(choice => choice.key === name)
  }

  async function handle(key: string): Promise<void> {
    if (asked !== undefined) await answer(asked.question, asked.typed, key)
    else {
      note = ''
      const deed = pressed(key)?.does
      if (deed?.kind === 'act') await perform(deed.act)
      if (deed?.kind === 'ask') asked = { question: deed.question, typed: '' }
      if (deed?.kind === 'next-gate') gateIndex += 1
      if (deed?.kind === 'jump' && !isJumping) jump()
    }
    draw()
  }
  async function answer(question: Question, typed: string, key: string): Promise<void> {
    if (key === escape) asked = undefined
    else if (enters.includes(key)) {
      asked = undefined
      const said = question.answered(oneLine(typed))
      if ('act' in said) await perform(said.act)
      if ('problem' in said) note = said.problem
      if ('who' in said) who = said.who
    } else if (deletes.includes(key)) asked = { question, typed: Array.from(typed).slice(0, -1).join('') }
    else if (key >= ' ') asked = { question, typed: typed + key }
  }
  async function perform(does: PersonsAct): Promise<void> {
    const { atMs, ...done } = await play.act(who, does)
    note = oneLine(done.refused ?? '')
    acts.push({ atMs: atMs - opened, who, does, ...done })
    await refresh()
  }
  function jump(): void {
    isJumping = true
    void play
      .jump()
      .then(refresh)
      .catch(fail)
      .finally(() => {
        isJumping = false
        draw()
      })
  }
}
