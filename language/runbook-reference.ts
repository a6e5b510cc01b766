/** docs/runbook-reference.md: every key, condition, check and action as Markdown, from the definitions that validate. */
import { actionDefinitions, checkDefinitions } from '../contracts/targets/catalogue.ts'
import type { ActionDefinition, CheckDefinition } from '../contracts/targets/definition.ts'
import { conditionPlaces, conditionVariables, functionWords } from './condition-places.ts'
import { below, code, defaultOf, keysOf, titleOf, typesOf } from './key-sections.ts'
import { markdownTable } from './markdown-table.ts'
import { parameterSchema } from './parameter-schema.ts'
import { keysByPlace, type Mapping } from './runbook-places.ts'
import { aboutOf, runbookKeys } from './runbook-json-schema.ts'
import { typeWords } from './type-words.ts'

/** The page; the same for the same version. */
export function runbookReference(): string {
  const places = keysByPlace(runbookKeys())
  const parts = [
    '# Runbook reference',
    introduction,
    '## Keys',
    'Unknown keys are faults. A section is named after its place: `[]` is each item of a list, `<name>` each entry of a mapping.',
    ...places.flatMap(mapping => [titleOf(mapping), keysOf(mapping, places)]),
    '## Types',
    'A list or mapping is written as YAML has it; the others are:',
    typesOf(places, typesToldElsewhere),
    '## Conditions',
    `Conditions are [CEL](https://cel.dev); how they treat what was not measured is told in [Runbooks](runbooks.md#conditions). Each sees what is known at its place:`,
    markdownTable(['Place', 'Variables'], conditionsOf(places)),
    markdownTable(['Variable', 'Type', 'Meaning'], Object.values(conditionVariables).flatMap(variablesOf)),
    'Beside the operators they have these functions, and no others:',
    markdownTable(
      ['Function', 'Answer', 'Example'],
      Object.entries(functionWords).map(([name, [example, answer]]) => [code(name), answer, code(example)]),
    ),
    '## Checks',
    'A check measures and changes nothing. A field that could not be measured is missing, which is never zero.',
    ...Object.entries(checkDefinitions).flatMap(([name, definition]) => checkSection(name, definition)),
    '## Actions',
    'An action makes one kind of change to one target. The action declares its risk, never the runbook: `reversible` can be undone, `disruptive` means that users may notice and nothing irreplaceable is lost, `destructive` loses data and takes two approvals. The fence is what keeps a late or doubled effect from happening at the target itself.',
    ...Object.entries(actionDefinitions).flatMap(([name, definition]) => actionSection(name, definition)),
  ]
  return `${parts.join('\n\n')}\n`
}

const typesToldElsewhere = [
  ['condition (CEL)', 'true or false, see [Conditions](#conditions)'],
  ['check', 'the name of one, see [Checks](#checks)'],
  ['action', 'the name of one, see [Actions](#actions)'],
] as const

const introduction =
  'Every key, condition, check and action of this version. [Runbooks](runbooks.md) tells how one is written. This page is generated from the definitions that validate runbooks: `npx paramedic runbook reference > docs/runbook-reference.md`.'

function conditionsOf(places: readonly Mapping[]): string[][] {
  const found = places.flatMap(({ place, keys }) =>
    Object.entries(keys)
      .filter(([, { title }]) => title === 'condition (CEL)')
      .map(([key]) => below(place, key)),
  )
  return found.map(place => {
    const variables = conditionPlaces[place]
    if (variables === undefined)
      throw new Error(`condition-places.ts does not say what a condition at ${place} sees.`)
    const names = variables.flatMap(one => conditionVariables[one].map(([name]) => code(name)))
    return [code(place), names.join(', ')]
  })
}

function variablesOf(variables: readonly (readonly [string, string, string])[]): string[][] {
  return variables.map(([name, type, meaning]) => [
    code(name),
    type === 'labels' ? 'mapping of text' : type,
    meaning,
  ])
}

function checkSection(name: string, definition: CheckDefinition): string[] {
  const fields = Object.entries(definition.fields).map(([field, { type, unit = '', describe }]) => [
    code(field),
    type,
    unit,
    describe,
  ])
  return [
    ...sectionOf(name, definition),
    'It measures:',
    markdownTable(['Field', 'Type', 'Unit', 'Meaning'], fields),
  ]
}

function actionSection(name: string, definition: ActionDefinition): string[] {
  return [...sectionOf(name, definition), `Fence: ${definition.fence}.`]
}

function sectionOf(name: string, definition: CheckDefinition | ActionDefinition): string[] {
  const parameters = Object.entries(definition.parameters).map(([parameter, declared]) => {
    const schema = parameterSchema(declared)
    return [
      code(parameter),
      typeWords(schema),
      declared.required === true ? 'required' : defaultOf(schema),
      declared.describe,
    ]
  })
  return [
    `### ${code(name)}`,
    aboutOf(definition),
    parameters.length === 0
      ? 'It takes no parameters.'
      : markdownTable(['Parameter', 'Type', 'Default', 'Meaning'], parameters),
  ]
}
