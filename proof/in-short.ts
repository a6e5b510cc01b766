import { canonicalJson } from '../contracts/canonical-json.ts'

/** A value as a finding quotes it; what is longer is cut, because the finding says where the whole of it is. */
export function inShort(value: unknown, characters: number): string {
  return clipped(value === undefined ? 'nothing' : canonicalJson(value), characters)
}

export function clipped(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, characters - 1)}…` : text
}
