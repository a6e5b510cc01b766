import type { ActionDefinition, CheckDefinition } from './definition.ts'

const prefix = {
  type: 'string',
  describe: 'Literal prefix; glob characters have no meaning',
  required: true,
  min: 1,
  max: 256,
} as const

export const redisChecks = {
  'redis.keys': {
    kind: 'redis',
    describe: 'Keys under a prefix, counted by SCAN, and the memory of the whole server',
    parameters: {
      prefix,
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
  'redis.expiry': {
    kind: 'redis',
    describe:
      'How long the keys under a prefix still live; a key that never expires is never made again by itself',
    parameters: {
      prefix,
      sample_at_most: {
        type: 'int',
        unit: 'keys',
        describe: 'Look at no more keys than this',
        default: 1_000,
        min: 1,
        max: 10_000,
      },
    },
    fields: {
      sampled: { type: 'int', unit: 'keys', describe: 'Keys looked at, at most sample_at_most' },
      is_complete: { type: 'bool', describe: 'False when there are more keys than were looked at' },
      without_expiry: { type: 'int', unit: 'keys', describe: 'Of these, keys that never expire' },
      shortest_seconds: {
        type: 'double',
        unit: 'seconds',
        describe: 'Of these, the next to expire; missing when none does',
      },
      longest_seconds: {
        type: 'double',
        unit: 'seconds',
        describe: 'Of these, the last to expire; missing when none does',
      },
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
  'redis.delete_key': {
    kind: 'redis',
    describe: 'Deletes one key under a prefix that the target declares rebuildable',
    risk: 'disruptive',
    parameters: {
      key: {
        type: 'string',
        describe: 'The whole key, inside one of the rebuildable prefixes of the target',
        required: true,
        min: 1,
        max: 512,
      },
    },
    fence:
      'one script compares the planned run_id and deletes, so a server that was replaced behind the address is left alone',
  },
  'redis.flush_database': {
    kind: 'redis',
    describe: 'Deletes every key of the logical database, whose target declares all of it rebuildable',
    risk: 'destructive',
    parameters: {
      at_most: {
        type: 'int',
        unit: 'keys',
        describe: 'A database with more keys than this is left alone: it is emptied whole or not at all',
        required: true,
        min: 1,
        max: 100_000_000,
      },
    },
    fence:
      'one script compares the planned run_id, counts the keys and empties the database, so a server that was replaced behind the address, or has grown, is left alone',
  },
} as const satisfies Record<string, ActionDefinition>
