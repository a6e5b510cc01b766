/** What is wrong with one part of a cron expression, in words: the name that is none, or the number beyond its bounds. */
import { nearestName } from './nearest-name.ts'

export interface CronProblem {
  message: string
  hint?: string
}

interface Part {
  called: string
  least: number
  most: number
  names?: readonly string[]
}

const months = 'january february march april may june july august september october november december'.split(
  ' ',
)
const days = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')
const parts: readonly Part[] = [
  { called: 'minute', least: 0, most: 59 },
  { called: 'hour', least: 0, most: 23 },
  { called: 'day of the month', least: 1, most: 31 },
  { called: 'month', least: 1, most: 12, names: months },
  { called: 'day of the week', least: 0, most: 7, names: days },
]

/** Of an expression of five parts; undefined when each of its names and numbers is one. */
export function problemOfParts(cron: string): CronProblem | undefined {
  const written = cron.trim().toLowerCase().split(/\s+/)
  for (const [index, part] of parts.entries()) {
    const wrong = written[index]!.split(',').flatMap(item => problemOfItem(item, part) ?? [])
    if (wrong[0] !== undefined) return wrong[0]
  }
  return undefined
}

/** `mon`, `1-5`, and fifteen after a stroke: what stands behind that is a distance, no time. */
function problemOfItem(item: string, part: Part): CronProblem | undefined {
  const [times = ''] = item.split('/')
  for (const one of times.split('-')) {
    const problem = /^\d+$/.test(one)
      ? problemOfNumber(Number(one), part)
      : /^[a-z]{3,}$/.test(one)
        ? problemOfName(one, part)
        : undefined
    if (problem !== undefined) return problem
  }
  return undefined
}

function problemOfNumber(number: number, { called, least, most }: Part): CronProblem | undefined {
  if (number >= least && number <= most) return undefined
  return { message: `\`${number}\` is no ${called}: ${least} to ${most}` }
}

function problemOfName(name: string, { called, least, most, names }: Part): CronProblem | undefined {
  if (names === undefined) return { message: `\`${name}\` is no ${called}: ${least} to ${most}` }
  const short = names.map(shortOf)
  if (short.includes(name)) return undefined
  const nearest = nearestName(name, [...short, ...names])
  return {
    message: `\`${name}\` is no ${called}: ${short.join(', ')}`,
    ...(nearest === undefined ? {} : { hint: `did you mean \`${shortOf(nearest)}\`?` }),
  }
}

function shortOf(name: string): string {
  return name.slice(0, 3)
}
