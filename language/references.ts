/** `${env:NAME}` and `${file:PATH}` inside the texts of a configuration: found once, put in once, never read again. */

export interface Reference {
  kind: 'env' | 'file'
  name: string
}

/** Looks a reference up; the problem's words must not quote what was found. */
export type Resolve = (reference: Reference) => string | { problem: string }

// `${x:-default}` belongs to a shell: what follows our colon never begins with one of its operators.
const written = /\$\{([a-z]+):([^}\-=?+][^}]*)\}/g

/** Everything in a text that looks like a reference, kinds we do not know included. */
export function referencesIn(text: string): { kind: string; name: string; offset: number }[] {
  return [...text.matchAll(written)].map(({ 1: kind = '', 2: name = '', index }) => ({
    kind,
    name,
    offset: index,
  }))
}

/** True when a text is nothing but one reference. */
export function isOneReference(text: string): boolean {
  return /^\$\{(env|file):[^}]+\}$/.test(text)
}

export function isKnownKind(kind: string): kind is Reference['kind'] {
  return kind === 'env' || kind === 'file'
}

/** Puts values in place of references; the values are data, whatever they look like. */
export function replaceReferences(text: string, valueOf: (reference: Reference) => string): string {
  return text.replace(written, (whole, kind: string, name: string) =>
    isKnownKind(kind) ? valueOf({ kind, name }) : whole,
  )
}
