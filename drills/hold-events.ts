/** What people, alerts and machines of a drill were to do: what could not be done is always a difference. */
import type { Drill, DrillEvent, PersonsAct } from '../contracts/drill.ts'
import type { Happened } from './happened.ts'
import { atMoment, type Held } from './held.ts'

export function holdEvents({ events }: Drill, { refused }: Happened): Held[] {
  return refused.map(({ event, moment, because }) => {
    const written = events[event]
    const what = written === undefined ? 'an event' : eventInWords(written)
    return {
      path: ['events', event],
      expected: {
        text: what,
        ...(written !== undefined && 'atMs' in written ? { atMs: written.atMs } : {}),
      },
      happened: { moment, text: `could not: ${because}` },
      wrong: `${what}: that was not possible${atMoment(moment)}: ${because.replace(/\.$/, '')}`,
    }
  })
}

/** `ana approves end-idle`, `the alert resolves`, `the worker is killed`. */
export function eventInWords(event: DrillEvent): string {
  switch (event.kind) {
    case 'alert':
      return { fires: 'an alert fires', resolves: 'the alert resolves', repeats: 'the alert is repeated' }[
        event.does
      ]
    case 'person':
      return `${event.who} ${actInWords(event.does)}`
    case 'crash':
      return `the ${event.of} is killed`
    default:
      return event satisfies never
  }
}

function actInWords(does: PersonsAct): string {
  switch (does.act) {
    case 'acknowledge':
      return 'acknowledges'
    case 'freeze':
      return 'freezes'
    case 'unfreeze':
      return 'lifts the freeze'
    case 'resolve':
      return 'resolves the incident'
    case 'cancel':
      return 'cancels the incident'
    case 'approve':
      return `approves ${does.step}`
    case 'deny':
      return `denies ${does.step}`
    case 'tick':
      return `${does.done ? 'ticks' : 'says not done of'} ${does.step}`
    case 'decide':
      return `says that ${does.step} ${does.done ? 'was done' : 'was not done'}`
    case 'severity':
      return `says that it is ${does.is}`
    case 'impact':
      return `says that impact is ${does.is}`
    default:
      return does satisfies never
  }
}
