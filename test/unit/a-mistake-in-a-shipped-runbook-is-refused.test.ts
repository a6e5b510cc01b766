import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { Configured } from '../../language/configured.ts'
import type { Fault } from '../../language/fault.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { parseYamlSource } from '../../language/yaml-source.ts'
import { at, pathsIn, shippedTrees, type Tree } from '../support/mutated-runbooks.ts'

type Path = (string | number)[]
type Holder = Record<string | number, Tree>

interface Mistake {
  what: string
  path: Path
  make: (tree: Tree) => void
  /** It shows where the thing is spoken of: the name itself is a name like any other. */
  isElsewhere?: true
}

/** What `npm start` has, and the systems of the handbooks beside it. */
const placed = (system: string, rebuildable: string) => ({
  place: JSON.stringify([system, 'sandbox']),
  autonomy: 'auto' as const,
  rebuildablePrefixes: [rebuildable],
  rebuildableDatabase: system === 'amas',
  hasProcess: true,
})
const ofShop = placed('shop', 'shop:catalog:')
const ofAmas = placed('amas', 'decision_insight:')
const ofSynap = placed('synap', 'synap:')
const configured: Configured = {
  targets: [
    { name: 'shop-db', kind: 'postgres', role: 'db', group: 'main', ...ofShop },
    { name: 'shop-api', kind: 'service', role: 'api', ...ofShop },
    { name: 'shop-metrics', kind: 'prometheus', role: 'metrics', ...ofShop },
    { name: 'shop-edge', kind: 'service', role: 'edges', group: 'edge', ...ofShop },
    { name: 'shop-cache', kind: 'redis', role: 'cache', ...ofShop },
    { name: 'amas-db', kind: 'postgres', role: 'db', ...ofAmas },
    { name: 'amas-backend', kind: 'service', role: 'backend', ...ofAmas },
    { name: 'amas-cache', kind: 'redis', role: 'cache', ...ofAmas },
    { name: 'synap-db', kind: 'postgres', role: 'db', ...ofSynap },
    { name: 'synap-api', kind: 'service', role: 'api', ...ofSynap },
  ],
  principals: [
    { name: 'mia', roles: ['responder', 'approver'], functions: ['on-call', 'database-admin'] },
    { name: 'ben', roles: ['responder', 'approver'], functions: ['on-call', 'platform-lead'] },
  ],
  contacts: [
    {
      name: 'mia',
      functions: 'on-call senior platform-lead team-lead engineering-manager cto vp-engineering'.split(' '),
      hasChannel: true,
    },
  ],
  stakeholders: [],
  labels: [],
}

/** Mistakes that nobody but the author can see, each with the reason. */
const survivors: [RegExp, string][] = [
  [/misspelt `(alertname|system)` in match/, 'labels are named by whoever sends the alert'],
  [
    /misspelt triage\.checks\.(sessions|applications)$/,
    'service-down and the handbooks measure it as evidence only: nothing speaks of it',
  ],
]

function misspelt(word: string): string {
  const at = word.split('').findIndex((letter, index) => index > 0 && letter !== word[index - 1])
  return at === -1 ? `${word}x` : word.slice(0, at - 1) + word[at]! + word[at - 1]! + word.slice(at + 1)
}

function renamed(holder: Holder, key: string): void {
  const entries = Object.entries(holder).map(([name, value]) => [name === key ? misspelt(key) : name, value])
  for (const name of Object.keys(holder)) delete holder[name]
  Object.assign(holder, Object.fromEntries(entries))
}

const namingKeys = ['uses', 'target', 'check', 'on_expiry', 'unless', 'is', 'severity']
const namingLists = ['page', 'approvers', 'for', 'on', 'tell']
const conditionKeys = ['when', 'until', 'match', 'impact']

function mistakesAt(tree: Tree, path: Path): Mistake[] {
  const [key, above] = [path.at(-1)!, String(path.at(-2))]
  const value = at(tree, path)
  const where = path.join('.')
  const into = (changed: Tree) => at(changed, path.slice(0, -1)) as Holder
  const set = (what: string, other: Tree): Mistake => ({
    what: `${what} ${where}`,
    path,
    make: changed => (into(changed)[key] = other),
  })
  const isMention =
    typeof value === 'string' &&
    (namingKeys.includes(String(key)) ||
      namingLists.includes(above) ||
      path.join('.').startsWith('verify.checks.'))
  return [
    ...(typeof key === 'string'
      ? [
          {
            what: `misspelt ${where}`,
            path,
            make: (changed: Tree) => renamed(into(changed), key),
            ...(above === 'checks' ? { isElsewhere: true as const } : {}),
          },
        ]
      : []),
    ...(isMention ? [set('misspelt value of', misspelt(value))] : []),
    // What a person does may go without a proof: it is a line of a checklist then.
    ...((key === 'verify' || key === 'undo') && path[0] === 'mitigate' && !('manual' in into(tree))
      ? [
          {
            what: `without ${where}`,
            path: path.slice(0, -1),
            make: (changed: Tree) => delete into(changed)[key],
          },
        ]
      : []),
    ...(key === 'quorum'
      ? [set('no', 0), set('more than there are of', configured.principals.length + 1)]
      : []),
    ...(key === 'approvers' ? [set('no', []), set('other', ['role:viewer'])] : []),
    ...(key === 'on_expiry' ? [set('approving', 'approve')] : []),
    ...(conditionKeys.includes(String(key)) && typeof value === 'string' ? mistakesIn(value, set) : []),
  ]
}

function mistakesIn(condition: string, set: (what: string, other: Tree) => Mistake): Mistake[] {
  const words = [...condition.matchAll(/"[^"]*"|[A-Za-z_]+/g)].filter(([word]) => !word.startsWith('"'))
  const compared = condition.includes('"')
    ? condition.replace(/"[^"]*"/, '5')
    : condition.replace(/[0-9.]+$/, '"5"')
  return [
    ...words.map(({ 0: word, index }) =>
      set(
        `misspelt \`${word}\` in`,
        condition.slice(0, index) + misspelt(word) + condition.slice(index + word.length),
      ),
    ),
    ...(compared === condition ? [] : [set('another type in', compared)]),
    set('a sum for a yes or no in', `(${condition}) + 1`),
    set('a cut in', `${condition} &&`),
    set('a number for', `size("${condition.replaceAll('"', '')}")`),
  ]
}

const rows = shippedTrees.map(tree => {
  const { name } = at(tree, ['metadata']) as { name: string }
  return [name, tree] as const
})

test.each(rows)('%s', (_, tree) => {
  const accepted: string[] = []
  let count = 0
  for (const mistake of pathsIn(tree).flatMap(path => mistakesAt(tree, path))) {
    const changed = structuredClone(tree)
    mistake.make(changed)
    const text = stringify(changed, { lineWidth: 0 })
    const parsed = parseRunbook(text, 'x.yaml', configured)
    count += 1
    if ('runbook' in parsed) accepted.push(mistake.what)
    else if (mistake.isElsewhere !== true) expectPlaced(parsed.faults, text, mistake)
  }
  const unexplained = accepted.filter(what => !survivors.some(([known]) => known.test(what)))
  expect(unexplained).toEqual([])
  expect(accepted.length).toBeLessThan(count * 0.05)
})

/** One of the faults points at the mistake, or at what holds it where a key has another name now. */
function expectPlaced(faults: readonly Fault[], text: string, { what, path }: Mistake): void {
  const yaml = parseYamlSource(text, 'x.yaml')
  if ('faults' in yaml) throw new Error(text)
  const lines = yaml.source.linesOf(path) ?? yaml.source.linesOf(path.slice(0, -1))
  const { first, last } = lines ?? { first: 1, last: text.split('\n').length }
  const isThere = faults.some(({ line }) => line >= first - 1 && line <= last)
  expect(isThere, `${what}: ${JSON.stringify(faults)}`).toBe(true)
}
