/** `incident watch`: follows the service live until the incident closes. */
import { isOpen } from '../contracts/incident.ts'
import type { IncidentDetail, IncidentList } from '../contracts/views.ts'
import { createApiClient, pause, type ApiClient } from './api-client.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { resolveNumber } from './incident-number.ts'
import { followChanges } from './live-changes.ts'
import type { Session } from './session.ts'
import { cleaned } from './terminal/plain-text.ts'
import { createAppendingScreen } from './watch/appending-screen.ts'
import { createDrawnScreen } from './watch/drawn-screen.ts'
import { createJsonScreen } from './watch/json-screen.ts'
import type { Screen } from './watch/screen.ts'

/** The picture's clocks move this often; without a live connection the service is asked as often. */
const everyMs = 1_000
/** What a shell reports for a program that Ctrl-C ended. */
const interrupted = 130

export async function watchIncident(
  session: Session,
  written: string | undefined,
): Promise<ExitCode | undefined> {
  const stopped = new AbortController()
  const stop = (): void => stopped.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const screen = screenFor(session)
  try {
    const number = await choose(session, written, screen, stopped.signal)
    const end = number === undefined ? undefined : await follow(session, number, screen, stopped.signal)
    screen.close(end)
    if (end === undefined) process.exitCode = interrupted
    return end === undefined ? undefined : exitCodes.ok
  } catch (error) {
    screen.close(undefined)
    throw error
  } finally {
    // What follows live would keep the process.
    stopped.abort()
    process.removeListener('SIGINT', stop)
    process.removeListener('SIGTERM', stop)
  }
}

function screenFor(session: Session): Screen {
  if (session.isJson) return createJsonScreen(session)
  return session.terminal.isInteractive ? createDrawnScreen(session) : createAppendingScreen(session)
}

/** The incident that is meant; undefined when the person stopped before there was one. */
async function choose(
  session: Session,
  written: string | undefined,
  screen: Screen,
  signal: AbortSignal,
): Promise<string | undefined> {
  const api = apiOf(session)
  if (written !== undefined) return resolveNumber(api, written)
  for (;;) {
    const { incidents } = await api.get<IncidentList>('/v1/incidents', { open: true, limit: 2 })
    const [newest] = incidents
    if (newest !== undefined) return newest.number
    screen.wait()
    await pause(everyMs, signal)
    if (signal.aborted) return undefined
  }
}

/** The picture says itself what is wrong; a line of progress would fall into it. */
function apiOf(session: Session): ApiClient {
  return createApiClient(session.api().connection, true)
}

/** Shows the incident as it changes; returns how it ended, or undefined when the person stopped looking. */
async function follow(
  session: Session,
  number: string,
  screen: Screen,
  signal: AbortSignal,
): Promise<IncidentDetail | undefined> {
  const api = apiOf(session)
  let incident = await look(api, number)
  const changes = followChanges(api.connection, number, incident.timeline.at(-1)?.seq ?? 0, signal)
  while (!signal.aborted) {
    screen.show(cleaned(incident))
    if (!isOpen(incident.phase)) return incident
    const isToAsk = await changes.next(everyMs)
    if (isToAsk && !signal.aborted) incident = await lookAgain(api, incident, screen)
  }
  return undefined
}

function look(api: ApiClient, number: string): Promise<IncidentDetail> {
  return api.get<IncidentDetail>(`/v1/incidents/${number}`)
}

/** A service that restarts in the middle of an incident is no reason to look away. */
async function lookAgain(api: ApiClient, before: IncidentDetail, screen: Screen): Promise<IncidentDetail> {
  try {
    const incident = await look(api, before.number)
    screen.setProblem(undefined)
    return incident
  } catch (error) {
    if (!(error instanceof Failure) || !isPassing(error)) throw error
    screen.setProblem(error.message)
    return before
  }
}

function isPassing({ code }: Failure): boolean {
  return ['service_unreachable', 'database_unavailable', 'shutting_down', 'internal'].includes(code)
}
