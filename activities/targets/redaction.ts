import type { Secret } from '../../contracts/secret.ts'
import { printable } from './printable.ts'

const ANSWER_CHARACTERS = 300

/**
 * What a driver or target said, fit for an error's message: one printable line without the URL and its password. Servers
 * do echo credentials: Redis answers an AUTH it does not know with the arguments it was given.
 */
export function answerOf(error: unknown, url: Secret): string {
  let text = messageOf(error)
  for (const secret of secretsOf(url.reveal())) text = text.replaceAll(secret, '[secret]')
  return printable(text, ANSWER_CHARACTERS)
}

/** Node reports "nothing listens on any address of this name" as an AggregateError with an empty message. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

function secretsOf(url: string): string[] {
  const parsed = URL.parse(url)
  const password = parsed?.password ?? ''
  // pg also takes `?password=`.
  const parameter = parsed?.searchParams.get('password') ?? ''
  return [url, password, decoded(password), parameter].filter(secret => secret !== '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
