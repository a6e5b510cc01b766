import { readFileSync } from 'node:fs'

/** One line of a Dockerfile: its instruction, and what follows. */
export interface Instruction {
  name: string
  rest: string
}

export interface Stage {
  from: string
  as?: string
  instructions: Instruction[]
}

/** Reads a Dockerfile into its stages; the last one is the image. */
export function readImageFile(path: string): Stage[] {
  const stages: Stage[] = []
  for (const { name, rest } of instructionsIn(readFileSync(path, 'utf8'))) {
    if (name === 'FROM') {
      const [from = '', , as] = rest.split(/\s+/)
      stages.push({ from, ...(as === undefined ? {} : { as }), instructions: [] })
      continue
    }
    const stage = stages.at(-1)
    if (stage === undefined) throw new Error(`${path}: ${name} comes before FROM`)
    stage.instructions.push({ name, rest })
  }
  return stages
}

function instructionsIn(text: string): Instruction[] {
  return text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
    .map(line => {
      const [name = ''] = line.split(/\s/)
      return { name, rest: line.slice(name.length).trim() }
    })
}

/** What a COPY copies from the project, in order; copies from other stages are left out. */
export function copiesOf({ instructions }: Stage): { sources: string[]; target: string }[] {
  return instructions.flatMap(({ name, rest }) => {
    if (name !== 'COPY' || rest.startsWith('--from')) return []
    const words = rest.split(/\s+/)
    return [{ sources: words.slice(0, -1), target: words.at(-1) ?? '' }]
  })
}

/** The words of an instruction in JSON form, such as CMD; a HEALTHCHECK's flags come before them. */
export function wordsOf({ instructions }: Stage, name: string): string[] {
  const rest = instructions.findLast(instruction => instruction.name === name)?.rest ?? '[]'
  return JSON.parse(rest.slice(rest.indexOf('['))) as string[]
}

/** Every ENV of a stage. */
export function variablesOf({ instructions }: Stage): Record<string, string> {
  const pairs = instructions.filter(({ name }) => name === 'ENV').map(({ rest }) => rest.split('='))
  return Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value]))
}
