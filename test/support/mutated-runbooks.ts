/** Runbooks that somebody might have written: the shipped ones with grammar-aware mistakes in them. */
import { globSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { parse, stringify } from 'yaml'

const folder = new URL('../../runbooks/', import.meta.url)

/** The text of every shipped runbook, and of one with what none of them needs. */
export const shippedRunbooks: readonly string[] = globSync('**/*.yaml', { cwd: folder })
  .filter(file => !file.endsWith('.drill.yaml'))
  .sort()
  .map(file => readFileSync(new URL(file, folder), 'utf8'))
  .concat(readFileSync(new URL('asks-for-inputs.yaml', import.meta.url), 'utf8'))

export type Tree = { [key: string]: Tree } | Tree[] | string | number | boolean | null
type Path = (string | number)[]

export const shippedTrees: readonly Tree[] = shippedRunbooks.map(text => parse(text) as Tree)

/** Every place of a tree, its root left out. */
export function pathsIn(tree: Tree, above: Path = []): Path[] {
  if (typeof tree !== 'object' || tree === null) return []
  const entries = Array.isArray(tree) ? tree.map((item, at) => [at, item] as const) : Object.entries(tree)
  return entries.flatMap(([part, inside]) => [[...above, part], ...pathsIn(inside, [...above, part])])
}

export function at(tree: Tree, path: Path): Tree | undefined {
  return path.reduce<Tree | undefined>(
    (so, part) => (typeof so === 'object' && so !== null ? (so as Record<string, Tree>)[part] : undefined),
    tree,
  )
}

const parts = shippedTrees.flatMap(tree => pathsIn(tree).map(path => at(tree, path)!))
const keys = [...new Set(shippedTrees.flatMap(tree => pathsIn(tree).map(path => path.at(-1)!)))].filter(
  key => typeof key === 'string',
)
const conditions = parts.filter(part => typeof part === 'string' && /[<>=]=|[<>]/.test(part)) as string[]

/** Key -> what shipped runbooks write there. */
const alike = Map.groupBy(
  shippedTrees.flatMap(tree => pathsIn(tree).map(path => ({ key: path.at(-1)!, value: at(tree, path)! }))),
  ({ key }) => key,
)
/** Read by people only: anything that is text is right. */
const prose = [
  'title',
  'source',
  'what',
  'when_to_use',
  'when_not_to_use',
  'label',
  'none',
  'say',
  'system',
  'environment',
]
const oddTexts = [
  '\ud800',
  'a\u0000b',
  'a: b',
  '- a',
  '# a',
  "it's",
  '"',
  '😀',
  ' a ',
  'a\nb',
  '0x1',
  '~',
  '<<',
  '*a',
  '\u2028',
  'é'.repeat(200),
]

const oddities: Tree[] = [
  null,
  '',
  ' ',
  0,
  -1,
  1e21,
  true,
  [],
  {},
  [[]],
  '0s',
  '5',
  '10 m',
  '400d',
  '1.5h',
  '99999999999999999999d',
  '__proto__',
  'constructor',
  'toString',
  '${env:X}',
  '{{ alert.labels.x }}',
  'https://a:b@c/',
  'role:',
  'SEV0',
  '\ud800',
  'a\u0000b',
  '😀'.repeat(40),
  'x'.repeat(5_000),
  'true',
  'false',
  '1 / 0 == 1',
]
const operators = ['==', '!=', '<', '>=', '&&', '||', '+', 'in', '?', ':', '!', '(', ')', '"', '.', ',', '[']
const condition = fc
  .tuple(fc.constantFrom(...conditions), fc.constantFrom(...conditions))
  .chain(([one, other]) =>
    fc.oneof(
      fc.constantFrom(
        `!(${one})`,
        `(${one}) && (${other})`,
        `(${one}) && !(${one})`,
        `(${one}) ? (${other}) : false`,
        `has(${one})`,
        `[1, 2].all(x, ${one})`,
        `alert.labels.exists(k, k == "a") || ${one}`,
        one.replaceAll('.', ' . '),
        `${'!'.repeat(60)}(${one})`,
        Array(30).fill(one).join(' || '),
      ),
      fc
        .record({ from: fc.nat(one.length), remove: fc.nat(4), insert: fc.constantFrom(...operators, '') })
        .map(({ from, remove, insert }) => one.slice(0, from) + insert + one.slice(from + remove)),
    ),
  )
const replacement: fc.Arbitrary<Tree> = fc.oneof(
  fc.constantFrom(...parts),
  fc.constantFrom(...oddities),
  condition,
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Tree>,
)
const change = fc.record({
  place: fc.nat(),
  kind: fc.constantFrom(
    'alike',
    'alike',
    'alike',
    'alike',
    'replace',
    'replace',
    'condition',
    'remove',
    'repeat',
    'rename',
    'add',
    'wrap',
    'swap',
  ),
  value: replacement,
  condition,
  key: fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 6 })),
})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

/** One mistake in one place; the tree is changed in place. */
function make(tree: Tree, { place, kind, value, condition, key }: Change): void {
  const paths = pathsIn(tree)
  const path = paths[place % Math.max(1, paths.length)]
  if (path === undefined) return
  const part = path.at(-1)!
  const holder = at(tree, path.slice(0, -1)) as Record<string | number, Tree> | Tree[]
  const written = holder[part as never] as Tree
  const set = (into: Tree): void => {
    Object.defineProperty(holder, part, { value: into, writable: true, enumerable: true, configurable: true })
  }
  if (kind === 'alike') set(likeIt(part, written, place))
  else if (kind === 'replace') set(value)
  else if (kind === 'condition') set(typeof written === 'string' ? condition : value)
  else if (kind === 'wrap') set(place % 2 === 0 ? [written] : { [key]: written })
  else if (Array.isArray(holder)) inList(holder, Number(part), kind, value)
  else inMapping(holder, String(part), kind, key, value)
}

/** Something that could stand there. */
function likeIt(key: string | number, written: Tree, place: number): Tree {
  if (prose.includes(String(key))) return oddTexts[place % oddTexts.length]!
  if (typeof written === 'number') return written + (place % 7)
  const others = alike.get(key) ?? []
  return structuredClone(others[place % Math.max(1, others.length)]?.value ?? written)
}

function inList(list: Tree[], index: number, kind: Change['kind'], value: Tree): void {
  if (kind === 'remove') list.splice(index, 1)
  if (kind === 'repeat') list.push(structuredClone(list[index]!))
  if (kind === 'add') list.splice(index, 0, value)
  if (kind === 'swap') list.reverse()
}

function inMapping(
  map: Record<string, Tree>,
  name: string,
  kind: Change['kind'],
  key: string,
  value: Tree,
): void {
  if (kind === 'add') map[key] = value
  if (kind === 'repeat') map[key] = structuredClone(map[name]!)
  if (kind !== 'rename' && kind !== 'remove') return
  if (kind === 'rename') map[name.slice(1, 2) + name.slice(0, 1) + name.slice(2)] = map[name]!
  delete map[name]
}

const styles = [
  {},
  { collectionStyle: 'flow' },
  { collectionStyle: 'block', indent: 4 },
  { lineWidth: 40 },
] as const
const slip = fc.record({
  from: fc.nat(4_000),
  remove: fc.nat(12),
  insert: fc.constantFrom(
    '',
    '',
    '\n',
    '\r',
    '\t',
    '  ',
    ': ',
    '- ',
    '&a ',
    '*a',
    '"',
    '{',
    ']',
    '#',
    '---\n',
    '\ufeff',
  ),
})

/** A shipped runbook with one to four mistakes in what it says, written in some style, and now and then a slip of the hand. */
export const mutatedRunbook: fc.Arbitrary<string> = fc
  .record({
    tree: fc.constantFrom(...shippedTrees),
    changes: fc.oneof(
      { weight: 2, arbitrary: fc.array(change, { minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.array(change, { minLength: 1, maxLength: 4 }) },
    ),
    style: fc.constantFrom(...styles),
    slips: fc.oneof(
      { weight: 3, arbitrary: fc.array(slip, { maxLength: 0 }) },
      { weight: 1, arbitrary: fc.array(slip, { maxLength: 3 }) },
    ),
  })
  .map(({ tree, changes, style, slips }) => {
    const changed = structuredClone(tree)
    for (const one of changes) make(changed, one)
    const text = stringify(changed, { ...style, aliasDuplicateObjects: false })
    return slips.reduce(
      (so, { from, remove, insert }) => so.slice(0, from) + insert + so.slice(from + remove),
      text,
    )
  })
