import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newSigningSecret, newToken } from '../embedded/sandbox/credentials.ts'

/** Secrets that nobody can make up: where pages about Paramedic itself go. */
export const secretsToWrite = ['fallback-slack-url'] as const

/**
 * Makes the secrets of docker-compose.yml that can be made, leaves those that are there, and returns the names of the new ones.
 * The folder is for its owner alone; the files in it are readable to all, because a file secret keeps its mode in the container,
 * where each image has a user of its own.
 */
export async function makeSecrets(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o700)
  const made: string[] = []
  const keep = async (name: string, make: () => string | Promise<string>): Promise<string> => {
    const file = join(folder, name)
    if (existsSync(file)) return (await readFile(file, 'utf8')).trim()
    const value = await make()
    await writeFile(file, `${value}\n`, { mode: 0o444, flag: 'wx' })
    made.push(name)
    return value
  }
  const database = await keep('postgres-password', newPassword)
  await keep('temporal-postgres-password', newPassword)
  await keep('database-url', () => `postgresql://paramedic:${database}@postgres:5432/paramedic`)
  await keep('shop-url', () => `postgresql://shop:${newPassword()}@postgres:5432/shop`)
  await keep('shop-operator-url', () => `postgresql://paramedic_operator:${newPassword()}@postgres:5432/shop`)
  for (const name of ['alertmanager-token', 'generic-token', 'operator-token', 'metrics-token'])
    await keep(name, newToken)
  await keep('page-secret', newSigningSecret)
  await keep('grafana-password', newPassword)
  return made
}

/** Letters and digits only: it stands in URLs. */
function newPassword(): string {
  return randomBytes(24).toString('hex')
}
