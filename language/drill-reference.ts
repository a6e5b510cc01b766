/** docs/drill-reference.md: every key of a file of drills as Markdown, from the schema that validates. */
import { drillKeys } from './drill-json-schema.ts'
import { keysOf, titleOf, typesOf } from './key-sections.ts'
import { keysByPlace } from './runbook-places.ts'

/** The page; the same for the same version. */
export function drillReference(): string {
  // What holds in all drills and what holds in one is written alike.
  const places = keysByPlace(drillKeys()).filter(
    ({ place }) => !/^drills\.<name>\.(given|expect)/.test(place),
  )
  const parts = [
    '# Drill reference',
    introduction,
    '## Keys',
    'Unknown keys are faults. A section is named after its place: `[]` is each item of a list, `<name>` each entry of a mapping. `given` and `expect` of a drill have the keys of those of the file.',
    ...places.flatMap(mapping => [titleOf(mapping), keysOf(mapping, places)]),
    '## Types',
    'A list or mapping is written as YAML has it; the others are:',
    typesOf(places),
  ]
  return `${parts.join('\n\n')}\n`
}

const introduction =
  'Every key of a file of drills in this version; the checks with their fields and the actions with their parameters are in the [runbook reference](runbook-reference.md). This page is generated from the definitions that validate drills: `npx paramedic drill reference > docs/drill-reference.md`.'
