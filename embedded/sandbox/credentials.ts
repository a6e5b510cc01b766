import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** A token as principals and sources carry it: an id that may be shown in lists, and 256 random bits. */
export function newToken(): string {
  return `paramedic_${randomBytes(8).toString('hex')}_${randomBytes(32).toString('base64url')}`
}

/** A signing secret as Standard Webhooks writes it: `whsec_` and 24 to 64 bytes in base64. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** The secret in `file`, made on the first call; only its owner can read the file. */
export function keepSecret(file: string, make: () => string): string {
  mkdirSync(dirname(file), { recursive: true })
  try {
    writeFileSync(file, `${make()}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(file, 'utf8').trim()
}
