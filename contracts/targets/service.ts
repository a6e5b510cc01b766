import { answerTimeout } from './answer-timeout.ts'
import type { ActionDefinition, CheckDefinition } from './definition.ts'

export const serviceChecks = {
  'service.health': {
    kind: 'service',
    describe: "The service's health endpoint, asked once",
    parameters: {
      timeout: answerTimeout,
    },
    fields: {
      status: {
        type: 'string',
        describe: 'up (2xx), degraded (any other answer), down (no answer)',
        oneOf: ['up', 'degraded', 'down'],
      },
      http_status: {
        type: 'int',
        unit: 'status code',
        describe: 'Of the answer; missing when there was none',
      },
      latency_ms: {
        type: 'double',
        unit: 'milliseconds',
        describe: 'Time to the answer; missing when there was none',
      },
    },
  },
} as const satisfies Record<string, CheckDefinition>

const grace = {
  type: 'duration',
  describe: 'Time between TERM and KILL',
  default: 10_000,
  min: 100,
  max: 300_000,
} as const

const healthyWithin = {
  type: 'duration',
  describe: 'Longest wait for a healthy answer after the start',
  default: 60_000,
  min: 1_000,
  max: 1_800_000,
} as const

export const serviceActions = {
  'service.restart': {
    kind: 'service',
    describe: 'TERM, wait, KILL, start, wait until the health endpoint answers',
    risk: 'disruptive',
    parameters: { grace, healthy_within: healthyWithin },
    fence:
      'the process is stopped only while pid and start time are the planned ones; a start happens under a lock and only when none runs; nothing interrupts between the two',
  },
  'service.start': {
    kind: 'service',
    describe: 'Start a process that does not run, wait until the health endpoint answers',
    risk: 'reversible',
    parameters: { healthy_within: healthyWithin },
    fence: 'a start happens under a lock and only when no process runs, whoever else starts it',
  },
  'service.stop': {
    kind: 'service',
    describe: 'TERM, wait, KILL; the service stays stopped until somebody starts it',
    risk: 'disruptive',
    parameters: { grace },
    fence: 'the process is stopped only while pid and start time are the planned ones',
  },
} as const satisfies Record<string, ActionDefinition>
