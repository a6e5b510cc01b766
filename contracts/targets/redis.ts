import type { ActionDefinition, CheckDefinition } from './definition.ts'

export const redisChecks = {
  'redis.keys': {
    kind: 'redis',
    describe: 'Keys under a prefix, counted by SCAN, and the memory of the whole server',
    parameters: {
      prefix: {
        type: 'string',
        describe: 'Literal prefix; glob characters have no meaning',
        required: true,
        min: 1,
        max: 256,
      },
      count_at_most: {
        type: 'int',
        unit: 'keys',
        describe: 'Stop counting at this many keys',
        default: 100_000,
        min: 1,
        max: 1_000_000,
      },
    },
    fields: {
      count: { type: 'int', unit: 'keys', describe: 'Keys found, at most count_at_most' },
      is_complete: { type: 'bool', describe: 'False when counting stopped at the limit' },
      memory_bytes: { type: 'int', unit: 'bytes', describe: 'used_memory of the server' },
    },
  },
} as const satisfies Record<string, CheckDefinition>

export const redisActions = {
  'redis.delete_matching': {
    kind: 'redis',
    describe:
      'Deletes keys under a prefix that the target declares rebuildable, by SCAN and UNLINK in batches',
    risk: 'disruptive',
    parameters: {
      prefix: {
        type: 'string',
        describe: 'Literal prefix, inside one of the rebuildable prefixes of the target',
        required: true,
        min: 1,
        max: 256,
      },
      at_most: {
        type: 'int',
        unit: 'keys',
        describe: 'Never delete more keys than this',
        default: 100_000,
        min: 1,
        max: 1_000_000,
      },
    },
    fence:
      'one script compares the planned run_id and deletes, so a server that was replaced behind the address is left alone',
  },
} as const satisfies Record<string, ActionDefinition>
