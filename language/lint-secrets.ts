/** Credentials in a configuration must be references: the file is in git, is mailed, is pasted into chats. */
import type { Finding, Path } from './fault.ts'
import { isOneReference, replaceReferences } from './references.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

const rule = 'secrets only as ${env:NAME} or ${file:PATH}'
const channelSecrets = ['signing_secret', 'routing_key', 'bot_token']
/** What ends the name of a credential in a query, among variables, among options: `sslpassword`, `STRIPE_API_KEY`, `--auth-token`. */
export const credentialName =
  /(^|[_-])((ssl)?(pass|passwd|password)|secret|sig|token|(api|access|secret|private)[_-]?key)$/i
/** Stands for a reference while a URL is looked at; no password anybody would write. */
const mark = 'paramedic-reference'

/** Finds every credential that stands in the file itself; `tree` is the value before references are put in. */
export function lintSecrets(tree: unknown): Finding[] {
  return [
    ...wholeSecrets(tree).filter(isLiteral(tree)).map(literalSecret),
    ...urlsOf(tree).flatMap(path => lintUrl(tree, path)),
    ...valuesOfProcesses(tree).flatMap(path => lintNamedValue(tree, path)),
  ]
}

function wholeSecrets(tree: unknown): Path[] {
  const tokens = ['sources', 'principals'].flatMap(list =>
    listAt(tree, [list]).map((_, index) => [list, index, 'token']),
  )
  const ofChannels = listAt(tree, ['channels']).flatMap((channel, index): Path[] => [
    ...channelSecrets.map(key => ['channels', index, key]),
    // Whoever knows the address of an incoming webhook may post to it.
    ...(valueAt(channel, ['kind']) === 'slack' ? [['channels', index, 'url']] : []),
  ])
  return [...tokens, ...ofChannels]
}

function urlsOf(tree: unknown): Path[] {
  const parts = ['connection', 'health', 'scrape', 'server']
  const ofTargets = listAt(tree, ['targets']).flatMap((_, index): Path[] =>
    parts.map(part => ['targets', index, part, 'url']),
  )
  return [
    ...ofTargets,
    ...valuesOfProcesses(tree),
    ...listAt(tree, ['channels']).map((_, index): Path => ['channels', index, 'url']),
  ]
}

/** The variables and the arguments that a process is started with. */
function valuesOfProcesses(tree: unknown): Path[] {
  return listAt(tree, ['targets']).flatMap((target, index): Path[] => [
    ...variablesOf(target).map(name => ['targets', index, 'process', 'environment', name]),
    ...listAt(target, ['process', 'command']).map((_, at) => ['targets', index, 'process', 'command', at]),
  ])
}

function variablesOf(target: unknown): string[] {
  return entriesOf(valueAt(target, ['process', 'environment'])).map(([name]) => name)
}

function isLiteral(tree: unknown) {
  return (path: Path): boolean => {
    const value = valueAt(tree, path)
    // A number is a credential too, to YAML's eyes: `token: 123456`.
    return value !== undefined && value !== null && !(typeof value === 'string' && isOneReference(value))
  }
}

function literalSecret(path: Path): Finding {
  return { path, message: `\`${String(path.at(-1))}\` must be one reference: ${rule}` }
}

function lintUrl(tree: unknown, path: Path): Finding[] {
  const written = valueAt(tree, path)
  if (typeof written !== 'string') return []
  const credential = credentialIn(replaceReferences(written, () => mark))
  if (credential === undefined) return []
  const { what, isInQuery, value } = credential
  const isForPrograms = path.includes('connection') || path.includes('process') || /^smtps?:/.test(written)
  // Receivers of webhooks that know no other way want a key in the query.
  const isAllowed = isForPrograms || (isInQuery && path[0] === 'channels')
  if (isAllowed && value.includes(mark)) return []
  const message = isAllowed
    ? `the ${what} in ${placeOf(path)} must be a reference: ${rule}`
    : `\`url\` must not carry a ${what}: this address is shown to people`
  return [{ path, message }]
}

/** The first credential that a URL carries. */
export function credentialIn(url: string): { what: string; isInQuery: boolean; value: string } | undefined {
  const parsed = URL.parse(url)
  const value = parsed === null ? /:\/\/[^/@\s]*:([^/@\s]+)@/.exec(url)?.[1] : parsed.password
  if (value !== undefined && value !== '') return { what: 'password', isInQuery: false, value }
  const inQuery = [...(parsed?.searchParams ?? [])].find(
    ([key, text]) => text !== '' && credentialName.test(key),
  )
  if (inQuery === undefined) return undefined
  const [key, text] = inQuery
  return { what: /password/i.test(key) ? 'password' : `\`${key}\``, isInQuery: true, value: text }
}

/** A value of a process that is no URL and whose name says what it is: `STRIPE_API_KEY`, `--auth-token=...`. */
function lintNamedValue(tree: unknown, path: Path): Finding[] {
  const written = valueAt(tree, path)
  // What is no text or number there is refused for its type.
  if (written === '' || (typeof written !== 'string' && typeof written !== 'number')) return []
  const text = replaceReferences(String(written), () => mark)
  const option = /^--?([^=\s]+)=(.+)$/s.exec(text)
  const [name, value] = path.includes('command') ? [option?.[1], option?.[2]] : [String(path.at(-1)), text]
  if (name === undefined || !credentialName.test(name) || value?.includes(mark) === true) return []
  return [{ path, message: `the credential in ${placeOf(path)} must be a reference: ${rule}` }]
}

function placeOf(path: Path): string {
  const last = path.at(-1)
  return typeof last === 'number' ? `item ${last + 1} of \`${String(path.at(-2))}\`` : `\`${String(last)}\``
}

/** Two with one token: nobody could say who acted, and the api does not start. Neither token is told. */
export function lintSharedTokens(resolved: unknown): Finding[] {
  const holders = ['sources', 'principals'].flatMap(list =>
    listAt(resolved, [list]).map((item, index) => ({
      path: [list, index, 'token'],
      name: String(valueAt(item, ['name'])),
      token: valueAt(item, ['token']),
    })),
  )
  return holders.flatMap(({ path, token }, index): Finding[] => {
    const other = holders.slice(0, index).find(earlier => earlier.token === token)
    return other === undefined || typeof token !== 'string'
      ? []
      : [{ path, message: `\`token\` is the same as that of \`${other.name}\`` }]
  })
}

/** Finds names of process variables that no shell and no kernel would take. */
export function lintVariableNames(tree: unknown): Finding[] {
  return listAt(tree, ['targets']).flatMap((target, index) =>
    variablesOf(target)
      .filter(name => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      .map((name): Finding => {
        const message = `\`${name}\` cannot be the name of an environment variable`
        return { path: ['targets', index, 'process', 'environment', name], at: 'key', message }
      }),
  )
}
