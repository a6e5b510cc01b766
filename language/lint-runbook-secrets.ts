/** Secrets written into a runbook: it is shown to everybody, kept in every version and travels into histories. */
import type { Finding, Path } from './fault.ts'
import { credentialIn, credentialName } from './lint-secrets.ts'
import { referencesIn, replaceReferences } from './references.ts'
import { entriesOf } from './tree.ts'

/** What nobody writes by chance. Each shape is that of its maker's documentation. */
const shapes: readonly { what: string; shape: RegExp }[] = [
  { what: 'private key', shape: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/ },
  { what: 'access key', shape: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: 'token', shape: /\b(gh[oprsu]_[A-Za-z0-9]{36}|github_pat_\w{22}|glpat-[\w-]{20})/ },
  { what: 'token', shape: /\bxox[abeprs]-[A-Za-z0-9-]{10}/ },
  { what: 'webhook address', shape: /\bhooks\.slack\.com\/services\/\w{1,40}\/\w{1,40}\/\w/ },
  { what: 'signing secret', shape: /\bwhsec_[A-Za-z0-9+/]{24}/ },
  { what: 'key', shape: /\b[rs]k_live_[A-Za-z0-9]{16}/ },
  { what: 'token', shape: /\beyJ[\w-]{10,500}\.eyJ[\w-]{10}/ },
  // As libpq and shells write it; `==` and a placeholder are something else.
  { what: 'password', shape: /\b\w{0,30}passw(or)?d=(?![=<$*{.])[^\s'"`]+/i },
]
/** Bounded on both sides, or a text that nearly is one would be read again from each of its letters. */
const address = /[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'`<>]{1,500}/gi
/** `postgres://shop:***@db` shows that there is one. */
const placeholder = /^(\*|%2A|\.|x)+$/i

/** `file` is what the file is, in words. */
export function lintRunbookSecrets(tree: unknown, file: 'runbook' | 'drill' = 'runbook'): Finding[] {
  return textsIn(tree, []).flatMap(({ path, text }): Finding[] => {
    const what = secretIn(path, text)
    if (what === undefined) return []
    const message = `the ${what} must not stand in a ${file}`
    const hint = `everybody who reads the ${file} would know it; credentials belong into the configuration of a target`
    return [{ path, message, hint }]
  })
}

interface Text {
  path: Path
  text: string
}

function textsIn(value: unknown, path: Path): Text[] {
  if (typeof value === 'string' || typeof value === 'number') return [{ path, text: String(value) }]
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]))
  return entriesOf(value).flatMap(([key, item]) => textsIn(item, [...path, key]))
}

function secretIn(path: Path, text: string): string | undefined {
  const key = path.findLast(part => typeof part === 'string') ?? ''
  const inAddress = text.match(address)?.flatMap(url => credentialOf(url) ?? [])[0]
  const found = inAddress ?? shapes.find(({ shape }) => shape.test(text))?.what
  if (found !== undefined) return `${found} in \`${key}\``
  // Roles are named freely: `token: redis` declares one.
  const isNamed = path[0] !== 'targets' && credentialName.test(key) && text.trim() !== ''
  return isNamed && referencesIn(text).length === 0 ? `value of \`${key}\`` : undefined
}

function credentialOf(url: string): string | undefined {
  const found = credentialIn(replaceReferences(url, () => '***'))
  return found === undefined || placeholder.test(found.value) ? undefined : found.what
}
