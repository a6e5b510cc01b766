/** One run of an incident's workflow as it was archived: Temporal's history in its JSON form, read into what the proof needs. */

/** Event types: https://docs.temporal.io/references/events */
interface RawEvent {
  eventId: string
  eventTime: string
  eventType: string
  [attributes: string]: unknown
}

interface Payloads {
  payloads?: { metadata?: { encoding?: string }; data?: string }[]
}

/** Something the workflow asked for: what it is told is `args`. */
export interface Command {
  eventId: number
  atMs: number
  what: 'activity' | 'timer' | 'child' | 'end'
  /** Activity, timer or workflow id; within a run it is told once. */
  id: string
  type: string
  args: unknown[]
}

export interface Activity extends Command {
  what: 'activity'
  /** The try that answered or was the last; 0 when none began. */
  attempt: number
  /** `open`: the run ended before it did. */
  ended: 'completed' | 'failed' | 'open'
  result: unknown
  endedEventId: number
}

export interface RunHistory {
  runId: string
  events: number
  input: unknown
  /** The run before in the chain. */
  continuedFrom: string | undefined
  /** Local ones too, of which Temporal keeps only the answer, in a marker. */
  activities: Activity[]
  /** Everything asked for by a command of its own, in order. */
  commands: Command[]
  /** How it ended; undefined when it did not. */
  end: Command | undefined
}

/** Reads an archived history; throws when it is none. */
export function readHistory(runId: string, json: string): RunHistory {
  const { events = [] } = JSON.parse(json) as { events?: RawEvent[] }
  const run: RunHistory = {
    runId,
    events: events.length,
    input: undefined,
    continuedFrom: undefined,
    activities: [],
    commands: [],
    end: undefined,
  }
  if (events[0]?.eventType !== 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED')
    throw new TypeError('its first event does not start a workflow')
  for (const [index, event] of events.entries()) {
    // Temporal's own reader ends the process on a history with a gap.
    if (Number(event.eventId) !== index + 1) throw new TypeError(`its event ${index + 1} is missing`)
    readEvent(run, event)
  }
  return run
}

function readEvent(run: RunHistory, event: RawEvent): void {
  const type = event.eventType.replace('EVENT_TYPE_', '')
  const about = attributesOf(event)
  const command = (what: Command['what'], id: unknown, name: unknown, args: unknown[]): Command => {
    const at = { eventId: Number(event.eventId), atMs: Date.parse(event.eventTime) }
    return { ...at, what, id: String(id), type: String(name), args }
  }
  switch (type) {
    case 'WORKFLOW_EXECUTION_STARTED':
      run.input = payloads(about['input'])[0]
      run.continuedFrom = (about['continuedExecutionRunId'] as string | undefined) || undefined
      return
    case 'ACTIVITY_TASK_SCHEDULED': {
      const scheduled = command(
        'activity',
        about['activityId'],
        nameIn(about['activityType']),
        payloads(about['input']),
      )
      const activity: Activity = {
        ...scheduled,
        what: 'activity',
        attempt: 0,
        ended: 'open',
        result: undefined,
        endedEventId: 0,
      }
      run.activities.push(activity)
      run.commands.push(activity)
      return
    }
    case 'MARKER_RECORDED':
      if (about['markerName'] === localActivityMarker) run.activities.push(localActivity(event, about))
      return
    case 'ACTIVITY_TASK_STARTED':
    case 'ACTIVITY_TASK_COMPLETED':
    case 'ACTIVITY_TASK_FAILED':
    case 'ACTIVITY_TASK_TIMED_OUT':
    case 'ACTIVITY_TASK_CANCELED':
      return readActivityEvent(run, event, type, about)
    case 'TIMER_STARTED':
      run.commands.push(
        command('timer', about['timerId'], 'timer', [durationMs(about['startToFireTimeout'])]),
      )
      return
    case 'START_CHILD_WORKFLOW_EXECUTION_INITIATED':
      run.commands.push(
        command('child', about['workflowId'], nameIn(about['workflowType']), payloads(about['input'])),
      )
      return
    case 'WORKFLOW_EXECUTION_COMPLETED':
      run.end = command('end', 'end', 'the end', payloads(about['result']))
      run.commands.push(run.end)
      return
    case 'WORKFLOW_EXECUTION_CONTINUED_AS_NEW':
      run.end = command('end', 'end', 'a new run', payloads(about['input']))
      run.commands.push(run.end)
      return
    case 'WORKFLOW_EXECUTION_FAILED':
    case 'WORKFLOW_EXECUTION_TERMINATED':
    case 'WORKFLOW_EXECUTION_CANCELED':
    case 'WORKFLOW_EXECUTION_TIMED_OUT':
      run.end = command('end', 'end', type.replace('WORKFLOW_EXECUTION_', '').toLowerCase(), [])
      return
    default:
  }
}

/** The name that every SDK on Temporal's core gives these markers. */
const localActivityMarker = 'core_local_activity'

function localActivity(event: RawEvent, about: Record<string, unknown>): Activity {
  const details = about['details'] as { data?: unknown; result?: unknown }
  const [told] = payloads(details.data) as { activity_id: string; activity_type: string; attempt: number }[]
  const eventId = Number(event.eventId)
  return {
    what: 'activity',
    eventId,
    atMs: Date.parse(event.eventTime),
    id: String(told?.activity_id),
    type: String(told?.activity_type),
    args: [],
    attempt: told?.attempt ?? 1,
    ended: 'failure' in about ? 'failed' : 'completed',
    result: payloads(details.result)[0],
    endedEventId: eventId,
  }
}

function readActivityEvent(
  run: RunHistory,
  event: RawEvent,
  type: string,
  about: Record<string, unknown>,
): void {
  const scheduledId = Number(about['scheduledEventId'])
  const activity = run.activities.find(candidate => candidate.eventId === scheduledId)
  if (activity === undefined) return
  if (type === 'ACTIVITY_TASK_STARTED') {
    activity.attempt = Number(about['attempt'] ?? 1)
    return
  }
  activity.ended = type === 'ACTIVITY_TASK_COMPLETED' ? 'completed' : 'failed'
  activity.endedEventId = Number(event.eventId)
  activity.result = payloads(about['result'])[0]
}

/** Each event keeps what is particular to it under a key of its own, such as `timerStartedEventAttributes`. */
function attributesOf(event: RawEvent): Record<string, unknown> {
  const key = Object.keys(event).find(name => name.endsWith('EventAttributes'))
  return (key === undefined ? {} : event[key]) as Record<string, unknown>
}

function payloads(value: unknown): unknown[] {
  return ((value as Payloads | undefined)?.payloads ?? []).map(({ metadata, data = '' }) => {
    const encoding = Buffer.from(metadata?.encoding ?? '', 'base64').toString()
    return encoding === 'json/plain'
      ? (JSON.parse(Buffer.from(data, 'base64').toString()) as unknown)
      : undefined
  })
}

function nameIn(type: unknown): unknown {
  return (type as { name?: string } | undefined)?.name
}

/** Protobuf's JSON form of a duration: `2.971s`. */
function durationMs(written: unknown): number {
  return Math.round(Number(String(written).replace(/s$/, '')) * 1_000)
}
