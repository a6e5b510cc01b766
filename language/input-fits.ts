/** Whether every value an input may have is one that a parameter takes. */
import { formatDuration } from '../contracts/duration.ts'
import type { RunbookInput } from '../contracts/runbook-input.ts'
import type { ParameterDefinition } from '../contracts/targets/definition.ts'

/** What is wrong, as it follows the name of the parameter; undefined when the input fits. */
export function problemOfInput(
  parameter: ParameterDefinition,
  input: RunbookInput,
): { message: string; hint?: string } | undefined {
  const { name, type, unit } = input
  if (type !== parameter.type)
    return { message: `is ${wordsOf(parameter.type)}, and the input \`${name}\` is ${wordsOf(type)}` }
  // Without one, its declaration has been told.
  if (unit !== undefined && unit !== parameter.unit)
    return { message: `is in ${parameter.unit}, and the input \`${name}\` is in ${unit}` }
  return problemOfBounds(parameter, input)
}

function problemOfBounds(
  { type, min = -Infinity, max = Infinity }: ParameterDefinition,
  input: RunbookInput,
): { message: string; hint?: string } | undefined {
  const [lowest, highest] = rangeOf(input)
  const told = (bound: number): string => (type === 'duration' ? formatDuration(bound) : String(bound))
  const keys = [
    ...(lowest < min ? [`\`min: ${told(min)}\` or more`] : []),
    ...(highest > max ? [`\`max: ${told(max)}\` or less`] : []),
  ]
  if (keys.length === 0) return undefined
  const range =
    max === Infinity
      ? `at least ${told(min)}`
      : min === -Infinity
        ? `at most ${told(max)}`
        : `${told(min)} to ${told(max)}`
  const message = `takes ${range}${type === 'string' ? ' characters' : ''}, and the input \`${input.name}\` may be outside of that`
  const hint = input.oneOf === undefined ? `give the input ${keys.join(' and ')}` : 'change its `one_of`'
  return { message, hint }
}

/** The lowest and highest value there can be; of a text its length. */
function rangeOf({ type, min, max, oneOf }: RunbookInput): [number, number] {
  const lengths = oneOf?.map(text => text.length)
  if (lengths !== undefined) return [Math.min(...lengths), Math.max(...lengths)]
  const lowest = { int: -Infinity, double: -Infinity, duration: 0, string: 1, bool: 0 }[type]
  return [min ?? lowest, max ?? (type === 'bool' ? 0 : Infinity)]
}

function wordsOf(type: ParameterDefinition['type']): string {
  const words = {
    int: 'a whole number',
    double: 'a number',
    duration: 'a duration',
    string: 'text',
    bool: 'true or false',
    labels: 'a mapping of labels',
  }
  return words[type]
}
