/** Everybody a page calls, side by side, and the fallback for whom nobody answers. */
import {
  type Called,
  type Directory,
  everyPageGoesTo,
  fallbackOf,
  logRecipient,
  type Recipient,
  whoIsCalled,
} from '../contracts/directory.ts'
import type { Page } from '../contracts/page.ts'
import type { ChannelGate } from '../reach/channel-gate.ts'
import { type Reached, type Tries, walk } from '../reach/walk.ts'

/** How far a page came; travels in the heartbeat. */
export interface PageProgress {
  /** Recipient -> channel -> tries. */
  tries: Record<string, Tries>
  /** The first try was handed to a channel. */
  sentAtMs?: number
  /** The row did not answer; people were paged all the same. */
  isUnasked: boolean
  /** Nothing is left to be tried in this round. */
  isOver: boolean
  /** Names nobody stands behind. */
  nobody?: string[]
}

export interface Reaching {
  page: Page
  progress: PageProgress
  isRecordable: boolean
  untilMs: number
  signal: AbortSignal
  now(): number
  onTry(): void
}

/** True when nothing is left to be tried in this round, for anybody. */
export async function reachEverybody(
  gate: ChannelGate,
  people: Directory,
  reaching: Reaching,
): Promise<boolean> {
  const { page, progress } = reaching
  const { recipients, nobody } = called(page, people)
  if (nobody.length > 0) progress.nobody = nobody
  let fallingBack: Promise<Reached> | undefined
  const fallBack = (): Promise<Reached> => (fallingBack ??= walkTo(gate, fallbackOf(people), reaching))

  const ends = recipients.map(async (recipient): Promise<Reached[]> => {
    const reached = await walkTo(gate, recipient, reaching)
    return reached === 'exhausted' || reached === 'hopeless' ? [reached, await fallBack()] : [reached]
  })
  if (nobody.length > 0) ends.push(fallBack().then(reached => [reached]))
  return (await Promise.all(ends)).flat().every(reached => reached !== 'unfinished')
}

export function called({ functions, system }: Page, people: Directory): Called {
  const everyone = everyPageGoesTo(people)
  if (everyone.length > 0) return { recipients: everyone, nobody: [] }
  return whoIsCalled(functions, system, people.contacts)
}

function walkTo(gate: ChannelGate, recipient: Recipient, reaching: Reaching): Promise<Reached> {
  const { page, progress, ...surroundings } = reaching
  const tries = (progress.tries[recipient.name] ??= {})
  const notice = { kind: 'page', key: page.id, page } as const
  return walk(gate, { ...surroundings, recipient, notice, incident: page.incident, tries })
}

/** Has a channel taken the page for anybody who wakes by it? */
export function isReached({ tries }: PageProgress, people: Directory): boolean {
  return Object.entries(tries).some(
    ([recipient, channels]) =>
      wakes(recipient, people) && Object.values(channels).some(({ state }) => state === 'accepted'),
  )
}

/** The log is the last resort of an installation that has other channels: written down, and nobody wakes. */
export function wakes(recipient: string, people: Directory): boolean {
  return recipient !== logRecipient || everyPageGoesTo(people).some(({ name }) => name === recipient)
}
