/** What the acts of the rehearsal share: the stack, a person at the api, Prometheus, and how to wait. */
import { setTimeout as delay } from 'node:timers/promises'
import type { IncidentDetail, IncidentList } from '../../contracts/views.ts'
import { startProgress } from '../../embedded/progress.mjs'
import type { Receivers } from '../receivers.ts'
import type { Stack } from '../stack.ts'

export interface Scene {
  stack: Stack
  receivers: Receivers
  /** Of the proxy: everything from outside goes through it. */
  apiUrl: string
  alertmanagerUrl: string
  prometheusUrl: string
  temporal: { address: string; namespace: string }
  tokens: { operator: string; alertmanager: string }
  say(line: string): void
}

const answersWithinMs = 10_000
const pollMs = 250

/** Asks until there is an answer, and says what is waited for. Throws with the last problem when the limit is over. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  withinMs = 60_000,
): Promise<T> {
  const progress = startProgress(`waiting: ${what}`)
  const deadline = Date.now() + withinMs
  let problem: unknown
  while (Date.now() < deadline) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) {
        progress.done()
        return answer
      }
    } catch (error) {
      problem = error
    }
    await delay(pollMs)
  }
  progress.failed()
  throw new Error(`not within ${withinMs / 1_000} s: ${what}`, { cause: problem })
}

export function check(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise)
}

/** One request as JSON; the status decides nothing here. */
export async function request(
  url: string,
  { token, ...init }: RequestInit & { token?: string } = {},
): Promise<{ status: number; body: unknown }> {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(answersWithinMs) })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
}

export async function operatorAsks<T>({ apiUrl, tokens }: Scene, path: string, body?: unknown): Promise<T> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const answer = await request(`${apiUrl}${path}`, { ...init, token: tokens.operator })
  if (answer.status !== 200)
    throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  // The shape is that of contracts/views.ts, which the api and its readers share.
  return answer.body as T
}

/** The number of the one open incident of a runbook. */
export async function openIncident(scene: Scene, runbook: string): Promise<string> {
  return until(`Prometheus and Alertmanager report, an incident opens with ${runbook}`, async () => {
    const { incidents } = await operatorAsks<IncidentList>(scene, '/v1/incidents?open=true')
    return incidents.find(incident => incident.runbook === runbook)?.number
  })
}

export async function incident(scene: Scene, number: string): Promise<IncidentDetail> {
  return operatorAsks(scene, `/v1/incidents/${number}`)
}

export async function closed(scene: Scene, number: string): Promise<IncidentDetail> {
  return until(
    `${number} closes`,
    async () => {
      const detail = await incident(scene, number)
      return detail.phase === 'closed' && detail
    },
    120_000,
  )
}

/** The step's effect is on record once, the incident recovered, and the page of minute 0 reached its receiver. */
export function assertRecovered(
  { receivers }: Scene,
  { number, outcome, claims, pages }: IncidentDetail,
  step: string,
): void {
  check(outcome === 'recovered', `${number} ended as ${outcome}`)
  const outcomes = claims.map(claim => `${claim.step}/${claim.attempt} ${claim.outcome}`)
  check(outcomes.join() === `${step}/1 succeeded`, `${number} has the effects ${outcomes.join(', ')}`)
  const [first] = pages.filter(({ state }) => state === 'sent')
  check(first !== undefined, `${number} paged nobody`)
  check(
    receivers.pages.some(({ id }) => id === first?.id),
    `${number}: the page ${first?.id} was not received`,
  )
}
