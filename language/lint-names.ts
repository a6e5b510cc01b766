/** Names of a configuration: each used once in its list, and every name that is spoken of known. */
import { addressedKinds, channelKinds } from '../contracts/channel-kinds.ts'
import type { Finding, Path } from './fault.ts'
import { nameHint } from './nearest-name.ts'
import { listAt, valueAt } from './tree.ts'

/** List -> what one of its items is called. */
const words = {
  sources: 'source',
  targets: 'target',
  teams: 'team',
  principals: 'principal',
  channels: 'channel',
  contacts: 'contact',
  stakeholders: 'stakeholder',
  rules: 'rule',
} as const
type List = keyof typeof words
const lists = Object.keys(words) as List[]

export function lintNames(tree: unknown): Finding[] {
  return [
    ...lists.flatMap(list => repeated(tree, list)),
    ...mentions(tree).flatMap(({ path, list }) => unknownName(tree, path, list)),
    ...routes(tree).flatMap(path => lintAddress(tree, path)),
    ...lintReach(tree),
    ...listAt(tree, ['rules']).flatMap((_, index) => lintMeasurable(tree, ['rules', index])),
  ]
}

function namesOf(tree: unknown, list: List): unknown[] {
  return listAt(tree, [list]).map(item => valueAt(item, ['name']))
}

function repeated(tree: unknown, list: List): Finding[] {
  const names = namesOf(tree, list)
  return names.flatMap((name, index): Finding[] => {
    const isRepeated = typeof name === 'string' && names.indexOf(name) < index
    return isRepeated
      ? [{ path: [list, index, 'name'], message: `${words[list]} \`${name}\` is named twice` }]
      : []
  })
}

/** Every place that speaks of an item of a list by its name. */
function mentions(tree: unknown): { path: Path; list: List }[] {
  return [
    ...routes(tree).map(path => ({ path: [...path, 'channel'], list: 'channels' as const })),
    ...items(tree, 'teams', 'members').map(path => ({ path, list: 'principals' as const })),
    ...items(tree, 'teams', 'contacts').map(path => ({ path, list: 'contacts' as const })),
    ...listAt(tree, ['targets']).map((_, at) => ({ path: ['targets', at, 'team'], list: 'teams' as const })),
    ...listAt(tree, ['rules']).map((_, at) => ({ path: ['rules', at, 'target'], list: 'targets' as const })),
  ]
}

/** Paths of the items of a list inside the items of a list. */
function items(tree: unknown, list: List, key: string): Path[] {
  return listAt(tree, [list]).flatMap((item, at) =>
    listAt(item, [key]).map((_, index) => [list, at, key, index]),
  )
}

/** Paths of every `{ channel, to }`. */
function routes(tree: unknown): Path[] {
  return [
    ...items(tree, 'contacts', 'reach'),
    ...items(tree, 'stakeholders', 'reach'),
    ...listAt(tree, ['fallback', 'reach']).map((_, index) => ['fallback', 'reach', index]),
  ]
}

function unknownName(tree: unknown, path: Path, list: List): Finding[] {
  const written = valueAt(tree, path)
  const known = namesOf(tree, list).filter(name => typeof name === 'string')
  if (typeof written !== 'string' || known.includes(written)) return []
  const hint = nameHint(written, known) ?? `add it to \`${list}\``
  return [{ path, message: `there is no ${words[list]} \`${written}\``, hint }]
}

/** A mailbox and a chat are part of the address, a Slack webhook already is one. */
function lintAddress(tree: unknown, path: Path): Finding[] {
  const channel = itemNamed(tree, 'channels', valueAt(tree, [...path, 'channel']))
  const kind = channelKinds.find(known => known === valueAt(channel, ['kind']))
  if (kind === undefined) return []
  const hasAddress = valueAt(tree, [...path, 'to']) !== undefined
  if (hasAddress === addressedKinds.includes(kind)) return []
  return hasAddress
    ? [{ path: [...path, 'to'], at: 'key', message: `a channel of kind ${kind} takes no \`to\`` }]
    : [{ path, message: `\`to\` is required: a channel of kind ${kind} reaches an address` }]
}

/** Channels are there and no page would take one: nobody is called by name, and none of them says where to. */
function lintReach(tree: unknown): Finding[] {
  const isSomebodyCalled = routes(tree).some(([list]) => list !== 'stakeholders')
  const kinds = listAt(tree, ['channels']).map(channel =>
    channelKinds.find(known => known === valueAt(channel, ['kind'])),
  )
  const services = kinds.filter(kind => kind !== 'log')
  const isWithoutAddress = services.every(kind => kind !== undefined && addressedKinds.includes(kind))
  if (isSomebodyCalled || services.length === 0 || !isWithoutAddress) return []
  const message = 'no page would reach anybody: these channels need an address, and nobody has one'
  return [{ path: ['channels'], at: 'key', message, hint: 'add somebody to `contacts`, or a `fallback`' }]
}

function itemNamed(tree: unknown, list: List, name: unknown): unknown {
  return listAt(tree, [list]).find(item => valueAt(item, ['name']) === name)
}

/** What each way of measuring asks of the target of its rule. */
const ways = [
  { way: 'scrape', kind: 'prometheus', part: 'scrape' },
  { way: 'promql', kind: 'prometheus', part: 'server' },
  { way: 'sql', kind: 'postgres', part: 'connection' },
] as const

function lintMeasurable(tree: unknown, path: Path): Finding[] {
  const target = itemNamed(tree, 'targets', valueAt(tree, [...path, 'target']))
  const asked = ways.find(({ way }) => valueAt(tree, [...path, 'metric', way]) !== undefined)
  if (target === undefined || asked === undefined) return []
  const { way, kind, part } = asked
  if (valueAt(target, ['kind']) === kind && valueAt(target, [part]) !== undefined) return []
  const needs = `\`${way}\` needs a target of kind ${kind} with \`${part}\``
  return [{ path: [...path, 'metric', way], at: 'key', message: needs }]
}
