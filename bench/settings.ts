import { parseArgs } from 'node:util'

export const partNames = ['accept', 'latency', 'history', 'throughput', 'memory', 'drills'] as const
export type PartName = (typeof partNames)[number]

export interface Settings {
  parts: readonly PartName[]
  isQuick: boolean
  baseline?: string
  output?: string
  /** Folder for processor profiles of api and worker. */
  profile?: string
}

export const usage = `npm run bench [-- options]

Measures Paramedic beside floors and peers on this machine; everything stays on loopback.
  --only PARTS      some of ${partNames.join(',')}
  --quick           seconds instead of minutes: to see that it works, not to quote
  --baseline FILE   compares with the JSON of an earlier run
  --output PATH     the file, or a folder that is there, where the JSON goes (default: .paramedic/bench/)
  --profile FOLDER  keeps processor profiles of api and worker there; the figures are slower for it`

/** Throws a plain sentence for what it does not know. */
export function readSettings(args: string[]): Settings | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      baseline: { type: 'string' },
      output: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { baseline, output, profile } = values
  return {
    parts: values.only === undefined ? partNames : chosenParts(values.only),
    isQuick: values.quick,
    ...(baseline === undefined ? {} : { baseline }),
    ...(output === undefined ? {} : { output }),
    ...(profile === undefined ? {} : { profile }),
  }
}

function chosenParts(list: string): PartName[] {
  const names = list.split(',')
  const unknown = names.find(name => !partNames.some(part => part === name))
  if (unknown !== undefined) throw new Error(`${unknown} is no part; there are ${partNames.join(', ')}.`)
  return partNames.filter(part => names.includes(part))
}
