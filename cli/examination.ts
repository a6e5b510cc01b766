/** What `paramedic doctor` finds: first what is true on this machine, then what the service says of itself. */
import type {
  DependencyView,
  FaultyRunbookFile,
  ReadinessView,
  SiteView,
  StatusView,
  StuckView,
} from '../contracts/views.ts'
import type { ApiClient } from './api-client.ts'
import { join } from 'node:path'
import type { Connection } from './connection.ts'
import { Failure } from './failure.ts'
import { localStart } from './local-start.ts'
import { counted } from './narrate/narration.ts'
import type { Session } from './session.ts'
import { humaneDuration } from './terminal/clock.ts'
import { asTyped } from './terminal/shell-word.ts'

export interface Finding {
  state: 'good' | 'noteworthy' | 'wrong'
  about: string
  says: string
  todo?: string
}

/** Countdowns are calculated with this machine's clock; less than this does not mislead anybody. */
const skewNoticedMs = 5_000

/** Asks everything that can be asked; what fails is a finding and not the end. */
export async function examine(session: Session): Promise<{ findings: Finding[]; status?: StatusView }> {
  let api: ApiClient
  try {
    api = session.api()
  } catch (error) {
    return { findings: [failureFinding('connection', error)] }
  }
  const local = connectionFindings(api.connection)
  try {
    const ready = await api.look<ReadinessView>('/readyz')
    const skew = skewFindings(ready.serverTimeMs, session.now())
    const dependencies = (ready.body.dependencies ?? []).map(dependencyFinding)
    const answers: Finding = { state: 'good', about: 'service', says: `answers at ${api.connection.apiUrl}` }
    const own = await serviceFindings(api, ready.serverTimeMs ?? session.now())
    return {
      findings: [...local, answers, ...skew, ...dependencies, ...own.findings],
      ...(own.status && { status: own.status }),
    }
  } catch (error) {
    return { findings: [...local, failureFinding('service', error), ...startFindings(api.connection)] }
  }
}

function failureFinding(about: string, error: unknown): Finding {
  if (!(error instanceof Failure)) throw error
  return { state: 'wrong', about, says: error.message, todo: error.hint }
}

/** Why the service does not answer, as far as this machine knows. */
function startFindings({ from }: Connection): Finding[] {
  const start = localStart(from)
  if (start === undefined) return []
  if (start.pid === undefined) {
    return [
      {
        state: 'wrong',
        about: 'npm start',
        says: 'does not run',
        todo: `cd ${asTyped(start.project)} && npm start`,
      },
    ]
  }
  const says = `runs (pid ${start.pid}), so the api is starting or failing`
  return [{ state: 'wrong', about: 'npm start', says, todo: `tail ${join(start.logs, 'api.log')}` }]
}

function connectionFindings({ from, token, tokenFrom, tokenTodo }: Connection): Finding[] {
  const known: Finding = { state: 'good', about: 'connection', says: `from ${from}` }
  if (token !== undefined) return [known, { state: 'good', about: 'token', says: `from ${tokenFrom}` }]
  return [
    known,
    {
      state: 'wrong',
      about: 'token',
      says: `there is none: ${tokenFrom}`,
      todo: tokenTodo,
    },
  ]
}

function skewFindings(serverTimeMs: number | undefined, now: number): Finding[] {
  if (serverTimeMs === undefined || Math.abs(now - serverTimeMs) < skewNoticedMs) return []
  const says = `this machine's clock is ${humaneDuration(Math.abs(now - serverTimeMs))} ${now > serverTimeMs ? 'ahead of' : 'behind'} the service's; countdowns here are off by that`
  return [
    { state: 'noteworthy', about: 'clock', says, todo: 'synchronise the clocks (timedatectl set-ntp true)' },
  ]
}

function dependencyFinding({ name, isUp, tookMs, problem }: DependencyView): Finding {
  if (isUp) return { state: 'good', about: name, says: `up, answered in ${Math.round(tookMs)} ms` }
  return { state: 'wrong', about: name, says: problem ?? 'is down', todo: repairs[name] }
}

const repairs: Record<DependencyView['name'], string> = {
  postgresql:
    'nothing is accepted or recorded without it: see that it runs and that PARAMEDIC_DATABASE_URL reaches it',
  temporal:
    'alerts are kept, nothing is done meanwhile: see that it runs and that PARAMEDIC_TEMPORAL_ADDRESS reaches it',
  workers:
    'nothing is measured, done or paged: start a worker, or read why it stopped in .paramedic/logs/worker.log',
}

async function serviceFindings(
  api: ApiClient,
  now: number,
): Promise<{ findings: Finding[]; status?: StatusView }> {
  try {
    const status = await api.get<StatusView>('/v1/status')
    return {
      status,
      findings: [
        freezeFinding(status),
        ...runbookFindings(status, now),
        ...status.sites.map(siteFinding),
        ...workFindings(status),
        ...supervisionFindings(status, now),
        ...status.stuck.map(stuckFinding),
      ],
    }
  } catch (error) {
    return { findings: [failureFinding('status', error)] }
  }
}

function freezeFinding({ freeze }: StatusView): Finding {
  if (!freeze.isOn) return { state: 'good', about: 'freeze', says: 'none is on' }
  const why = freeze.reason === null ? '' : `: ${freeze.reason}`
  return {
    state: 'noteworthy',
    about: 'freeze',
    says: `on, set by ${freeze.changedBy ?? 'somebody'}${why}; nothing is changed`,
    todo: 'npx paramedic freeze off',
  }
}

function runbookFindings({ runbooks: { inForce, faultyFiles } }: StatusView, now: number): Finding[] {
  const about = 'runbooks'
  const known: Finding =
    inForce === 0
      ? {
          state: 'wrong',
          about,
          says: 'none is in force: alerts wait',
          todo: 'start a worker, which puts its folder in force, or: npx paramedic runbook sync <folder>',
        }
      : { state: 'good', about, says: `${inForce} in force` }
  return [known, ...faultyFiles.map(one => faultyFileFinding(one, now))]
}

function faultyFileFinding({ file, faults, keeps, since, way }: FaultyRunbookFile, now: number): Finding {
  const age = humaneDuration(Math.max(0, now - Date.parse(since)))
  const meanwhile =
    keeps === null ? '; no good version of it is known' : `; the last good version of ${keeps} stays in force`
  const mend =
    way === 'start' ? 'mend it, and start the workers again with it or send it' : 'mend it and send it again'
  return {
    state: 'wrong',
    about: 'runbook',
    says: `${file} has ${counted(faults, 'fault')} and has been held back for ${age}${meanwhile}`,
    todo: `npx paramedic runbook list\n${mend}: npx paramedic runbook sync <folder>`,
  }
}

function siteFinding({ name, hasWorker }: SiteView): Finding {
  const about = `site ${name}`
  if (hasWorker === true) return { state: 'good', about, says: 'a worker polls' }
  if (hasWorker === null)
    return { state: 'noteworthy', about, says: 'unknown while Temporal does not answer' }
  return {
    state: 'wrong',
    about,
    says: 'no worker polls: targets there are neither measured nor changed',
    todo: `start a worker there with PARAMEDIC_SITE=${name}, or read in its log why it stopped`,
  }
}

function workFindings(status: StatusView): Finding[] {
  const {
    openIncidents,
    openGates,
    quarantinedAlerts,
    mutedAlerts,
    undeliveredMessages,
    waitingAlerts,
    stuck,
    supervision,
  } = status
  const findings: Finding[] = [
    openIncidents === 0
      ? { state: 'good', about: 'incidents', says: 'none is open' }
      : {
          state: 'noteworthy',
          about: 'incidents',
          says: `${openIncidents} open`,
          todo: 'npx paramedic incident list --open',
        },
  ]
  if (openGates > 0) {
    findings.push({
      state: 'noteworthy',
      about: 'gates',
      says: openGates === 1 ? 'one decision waits for people' : `${openGates} decisions wait for people`,
      todo: 'npx paramedic gate list',
    })
  }
  const waiting = undeliveredMessages + waitingAlerts
  // What is in the queue now is normal; what is stuck there is listed below.
  if (waiting > 0 && stuck.length === 0 && supervision.findings.length === 0) {
    findings.push({
      state: 'good',
      about: 'queue',
      says: `${counted(waitingAlerts, 'alert')} and ${counted(undeliveredMessages, 'message')} on their way`,
    })
  }
  if (mutedAlerts > 0) {
    findings.push({
      state: 'noteworthy',
      about: 'muted',
      says: `${mutedAlerts === 1 ? 'one firing alert is' : `${mutedAlerts} firing alerts are`} quiet, because a person ended the incident`,
      todo: 'npx paramedic alert list',
    })
  }
  if (quarantinedAlerts > 0) {
    findings.push({
      state: 'noteworthy',
      about: 'alerts',
      says: `${counted(quarantinedAlerts, 'alert')} set aside since the beginning, because they could not be taken`,
    })
  }
  return findings
}

/** The oldest first, which is often why there are others. */
function supervisionFindings({ supervision }: StatusView, now: number): Finding[] {
  const { lastLookAt, findings } = supervision
  return [
    lookFinding(lastLookAt, now),
    ...findings.map(({ what, subject, since, todo }): Finding => {
      const age = humaneDuration(Math.max(0, now - Date.parse(since)))
      return { state: 'wrong', about: 'found', says: `${what} for ${age}: ${subject}`, todo }
    }),
  ]
}

/** Four looks that did not come: nobody would notice what else goes wrong. */
const lookMissedMs = 60_000

function lookFinding(lastLookAt: string | null, now: number): Finding {
  const about = 'supervision'
  if (lastLookAt === null) return { state: 'noteworthy', about, says: 'has not looked yet' }
  const agoMs = Math.max(0, now - Date.parse(lastLookAt))
  if (agoMs <= lookMissedMs) return { state: 'good', about, says: `last looked ${humaneDuration(agoMs)} ago` }
  return {
    state: 'wrong',
    about,
    says: `has not looked for ${humaneDuration(agoMs)}: nobody is told of what goes wrong here`,
    todo: 'read in the log of the api why "supervision could not look", or start an api process again',
  }
}

function stuckFinding({ what, subject, sinceMs, todo }: StuckView): Finding {
  const since = sinceMs > 0 ? ` for ${humaneDuration(sinceMs)}` : ''
  return { state: 'wrong', about: 'stuck', says: `${what}${since}: ${subject}`, todo }
}
