/** What is refused before a body is parsed: other encodings, and JSON that is only depth. */
import type { FastifyRequest } from 'fastify'
import { CodedError } from '../contracts/coded-error.ts'
import { limits } from '../contracts/limits.ts'

/** Bodies come as they are: whoever unpacks for strangers unpacks bombs. Throws `unsupported_encoding` before anything is read. */
export function refuseEncoded({ headers }: Pick<FastifyRequest, 'headers'>): void {
  const encoding = headers['content-encoding']
  if (encoding === undefined || encoding.trim().toLowerCase() === 'identity') return
  throw new CodedError('unsupported_encoding', 'The body is sent compressed.')
}

/**
 * Parsing a megabyte of brackets takes a tenth of a second, in which nobody else is served, and what comes out overflows the stack of
 * whoever walks it. This ends at the first bracket that is too deep. Throws `too_deep`.
 */
export function refuseDeep(body: Buffer): void {
  if (isDeeper(body, limits.jsonDepth))
    throw new CodedError('too_deep', `The body is nested deeper than ${limits.jsonDepth} levels.`)
}

/** The bytes of JSON's own characters stand in UTF-8 for nothing else. */
const [quote, backslash, openers, closers] = [0x22, 0x5c, [0x5b, 0x7b], [0x5d, 0x7d]] as const

function isDeeper(json: Buffer, levels: number): boolean {
  let depth = 0
  let isText = false
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index]
    if (isText) {
      if (byte === backslash) index += 1
      else if (byte === quote) isText = false
    } else if (byte === quote) isText = true
    else if (byte === openers[0] || byte === openers[1]) {
      depth += 1
      if (depth > levels) return true
    } else if (byte === closers[0] || byte === closers[1]) depth -= 1
  }
  return false
}
