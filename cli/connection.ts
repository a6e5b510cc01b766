/** Where the service is and who we are there. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from './failure.ts'
import { asTyped } from './terminal/shell-word.ts'

export interface Connection {
  apiUrl: string
  token: string | undefined
  /** Where the address comes from, for people. */
  from: string
  /** Where the token comes from, or why there is none. */
  tokenFrom: string
  /** What gives a token that this service knows. */
  tokenTodo: string
}

type Credentials = Pick<Connection, 'token' | 'tokenFrom' | 'tokenTodo'>

/** What `npm start` has written (embedded/connection-file.ts). */
interface Written {
  apiUrl: string
  tokenFile?: string
  /** Of one's own: then the service knows the tokens in these files, and which person this is only he can say. */
  configuration?: string
  principals: { principal: string; file: string }[]
}

const anyTokenTodo = 'export PARAMEDIC_TOKEN_FILE=<file with your token>'

export const projectDir = dirname(dirname(fileURLToPath(import.meta.url)))
const file = join('.paramedic', 'connection.json')

/**
 * The connection: PARAMEDIC_API_URL with PARAMEDIC_TOKEN or PARAMEDIC_TOKEN_FILE, else the nearest
 * `.paramedic/connection.json` from this folder upwards, else the project's. Throws `not_connected`.
 */
export function findConnection(env: NodeJS.ProcessEnv, cwd: string): Connection {
  const apiUrl = env['PARAMEDIC_API_URL']
  if (isSet(apiUrl))
    return {
      apiUrl: checkedUrl(apiUrl, 'PARAMEDIC_API_URL'),
      from: 'PARAMEDIC_API_URL',
      ...ownToken(env, anyTokenTodo),
    }
  const found = [...upwards(cwd), projectDir].map(folder => join(folder, file)).find(isOurs)
  if (found !== undefined) return readConnection(found, env)
  throw new Failure('not_connected', `No Paramedic is known here: no ${file} from ${cwd} upwards.`, {
    hint: `start one: cd ${asTyped(projectDir)} && npm start\nor name another: export PARAMEDIC_API_URL=<address> PARAMEDIC_TOKEN_FILE=<file with your token>`,
    exitCode: 3,
  })
}

/** The folders `.paramedic` that may belong to this place, nearest first. */
export function dataFolders(cwd: string): string[] {
  return [...upwards(cwd), projectDir].map(folder => join(folder, '.paramedic'))
}

function upwards(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...upwards(parent)]
}

/**
 * A file that somebody else left in a shared folder could send our token to his server, so it must be ours, and nobody
 * else may write to it; git refuses such folders for the same reason (CVE-2022-24765).
 */
function isOurs(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return false
  const me = process.getuid?.()
  const othersMayWrite = (found.mode & 0o002) !== 0
  return me === undefined || (found.uid === me && !othersMayWrite)
}

function readConnection(path: string, env: NodeJS.ProcessEnv): Connection {
  const written = parse(path)
  const apiUrl = checkedUrl(written.apiUrl, path)
  const { tokenFile, configuration } = written
  if (isSet(env['PARAMEDIC_TOKEN']) || isSet(env['PARAMEDIC_TOKEN_FILE'])) {
    const own = ownToken(env, todoOf(written))
    if (tokenFile === undefined) return { apiUrl, from: path, ...own }
    // The start's own token is at hand and only overruled.
    return { apiUrl, from: path, ...own, tokenTodo: 'unset PARAMEDIC_TOKEN PARAMEDIC_TOKEN_FILE' }
  }
  if (tokenFile === undefined) {
    const why =
      configuration === undefined ? 'names no tokenFile' : `leaves it to you whom of ${configuration} you are`
    return { apiUrl, from: path, token: undefined, tokenFrom: `${path} ${why}`, tokenTodo: todoOf(written) }
  }
  const file = isAbsolute(tokenFile) ? tokenFile : join(dirname(path), tokenFile)
  return { apiUrl, from: path, ...tokenIn(file, todoOf(written)) }
}

function todoOf({ configuration, principals }: Written): string {
  if (configuration === undefined) return anyTokenTodo
  if (principals.length === 0) return `export PARAMEDIC_TOKEN=<your token, as ${configuration} has it>`
  return principals
    .map(({ principal, file }) => `export PARAMEDIC_TOKEN_FILE=${file} # as ${principal}`)
    .join('\n')
}

function parse(path: string): Written {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (isRecord(content) && typeof content['apiUrl'] === 'string') {
      const apiUrl = content['apiUrl']
      const { tokenFile, configuration, principals } = content
      return {
        apiUrl,
        ...(typeof tokenFile === 'string' ? { tokenFile } : {}),
        ...(typeof configuration === 'string' ? { configuration } : {}),
        principals: Array.isArray(principals) ? principals.filter(isTokenFile) : [],
      }
    }
  } catch (cause) {
    throw new Failure('not_connected', `${path} cannot be read: ${String(cause)}`, {
      hint: 'start again, which writes it anew: npm start',
      exitCode: 3,
      cause,
    })
  }
  throw new Failure('not_connected', `${path} has no apiUrl.`, {
    hint: 'start again, which writes it anew: npm start',
    exitCode: 3,
  })
}

function ownToken(env: NodeJS.ProcessEnv, tokenTodo: string): Credentials {
  const token = env['PARAMEDIC_TOKEN']
  // It goes before any file, so a file helps only without it.
  if (isSet(token))
    return {
      token: token.trim(),
      tokenFrom: 'PARAMEDIC_TOKEN',
      tokenTodo: `unset PARAMEDIC_TOKEN\n${tokenTodo}`,
    }
  const path = env['PARAMEDIC_TOKEN_FILE']
  if (isSet(path)) return tokenIn(path, tokenTodo)
  const tokenFrom = 'neither PARAMEDIC_TOKEN nor PARAMEDIC_TOKEN_FILE is set'
  return { token: undefined, tokenFrom, tokenTodo }
}

function tokenIn(path: string, tokenTodo: string): Credentials {
  try {
    return { token: readFileSync(path, 'utf8').trim(), tokenFrom: path, tokenTodo }
  } catch (error) {
    // Without a token the service says 401, and doctor says why there is none.
    return { token: undefined, tokenFrom: `${path} cannot be read (${codeOf(error)})`, tokenTodo }
  }
}

function checkedUrl(url: string, from: string): string {
  const { protocol } = URL.parse(url) ?? {}
  if (protocol === 'http:' || protocol === 'https:') return url.replace(/\/+$/, '')
  throw new Failure('not_connected', `${from} says ${JSON.stringify(url)}, which is no http(s) address.`, {
    hint: 'give the address of the API, such as http://127.0.0.1:8700',
    exitCode: 2,
  })
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== ''
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isTokenFile(value: unknown): value is Written['principals'][number] {
  return isRecord(value) && typeof value['principal'] === 'string' && typeof value['file'] === 'string'
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
