import type { ActionDefinition, CheckDefinition } from './definition.ts'

export const postgresChecks = {
  'postgres.connections': {
    kind: 'postgres',
    describe: 'Client connections of the server by state, against max_connections',
    parameters: {
      application: {
        type: 'string',
        describe: 'Count only sessions with this application_name',
        min: 1,
        max: 63,
      },
    },
    fields: {
      total: { type: 'int', unit: 'connections', describe: 'Client sessions counted' },
      active: { type: 'int', unit: 'connections', describe: 'Sessions running a statement' },
      idle: { type: 'int', unit: 'connections', describe: 'Sessions waiting for their client' },
      idle_in_transaction: {
        type: 'int',
        unit: 'connections',
        describe: 'Sessions idle inside a transaction',
      },
      oldest_idle_seconds: {
        type: 'double',
        unit: 'seconds',
        describe: 'Longest time a counted session has been idle; 0 when none is',
      },
      max_connections: { type: 'int', unit: 'connections', describe: "The server's max_connections" },
      used_ratio: { type: 'double', unit: 'ratio', describe: 'total / max_connections' },
    },
  },
  'postgres.applications': {
    kind: 'postgres',
    describe: 'Which application holds most of the client connections: one that forgets to give them back',
    parameters: {},
    fields: {
      applications: { type: 'int', unit: 'applications', describe: 'Different values of application_name' },
      top_application: {
        type: 'string',
        describe: 'The application_name with most sessions; missing when there is no session',
      },
      top_total: { type: 'int', unit: 'connections', describe: 'Its sessions' },
      top_idle: { type: 'int', unit: 'connections', describe: 'Of these, waiting for their client' },
    },
  },
} as const satisfies Record<string, CheckDefinition>

export const postgresActions = {
  'postgres.terminate_idle': {
    kind: 'postgres',
    describe: 'Ends client sessions that have been idle for a while; clients reconnect by themselves',
    risk: 'disruptive',
    parameters: {
      idle_longer_than: {
        type: 'duration',
        describe: 'Only sessions idle for at least this long',
        default: 600_000,
        min: 1_000,
      },
      at_most: {
        type: 'int',
        unit: 'sessions',
        describe: 'Never end more sessions than this',
        default: 200,
        min: 1,
        max: 10_000,
      },
      application: { type: 'string', describe: 'Only sessions with this application_name', min: 1, max: 63 },
    },
    fence:
      'one statement names pid and backend_start, so a reused pid is never ended; own, superuser and replication sessions are excluded in it',
  },
} as const satisfies Record<string, ActionDefinition>
