import { spawn, type ChildProcess } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const projectDir = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))
const mainScript = join(projectDir, 'cli', 'main.ts')

export interface Finished {
  exitCode: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  /** Besides PATH and a zone; nothing of the tester's own environment. */
  env?: Record<string, string>
  cwd?: string
  input?: string
}

/** Runs the real program without a terminal, as a script or a pipe does. */
export async function runParamedic(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { child, finished } = startParamedic(args, options)
  child.stdin?.end(options.input ?? '')
  return finished
}

/** The same of another copy of the project. */
export async function runParamedicOf(
  project: string,
  args: readonly string[],
  { env = {}, cwd = tmpdir() }: RunOptions = {},
): Promise<Finished> {
  const { child, finished } = start(process.execPath, [join(project, 'cli', 'main.ts'), ...args], {
    env,
    cwd,
  })
  child.stdin?.end()
  return finished
}

export function startParamedic(
  args: readonly string[],
  { env = {}, cwd = tmpdir() }: RunOptions = {},
): { child: ChildProcess; output: () => string; finished: Promise<Finished> } {
  return start(process.execPath, [mainScript, ...args], { env, cwd })
}

interface Typed {
  when: string
  text: string
}

/** Runs it on a pseudo-terminal of util-linux's `script`; each thing that is typed arrives when its `when` has been shown after the one before. */
export async function runOnTerminal(
  args: readonly string[],
  {
    env = {},
    cwd = tmpdir(),
    type,
    size = { columns: 100, rows: 40 },
  }: RunOptions & { type?: Typed | Typed[]; size?: { columns: number; rows: number } },
): Promise<Finished> {
  const words = [process.execPath, mainScript, ...args].map(quoted).join(' ')
  const command = `stty cols ${size.columns} rows ${size.rows}; ${words}`
  const { child, output, finished } = start('script', ['-qec', command, '/dev/null'], {
    env: { TERM: 'xterm', ...env },
    cwd,
  })
  const waiting = type === undefined ? [] : [type].flat()
  let seen = 0
  child.stdout?.on('data', () => {
    const [next] = waiting
    if (next === undefined || !output().slice(seen).includes(next.when)) return
    seen = output().length
    waiting.shift()
    child.stdin?.write(next.text)
  })
  return finished
}

function start(
  command: string,
  args: readonly string[],
  { env, cwd }: Required<Pick<RunOptions, 'env' | 'cwd'>>,
) {
  // Compiled modules are kept from process to process, as the bootstrap of the real command keeps them.
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const child = spawn(command, args, { cwd, env: { PATH, NODE_COMPILE_CACHE, TZ: 'Europe/Berlin', ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  // A program that ended early leaves a closed pipe behind.
  child.stdin.on('error', () => undefined)
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', exitCode => resolve({ exitCode, stdout, stderr }))
  })
  return { child, output: () => stdout, finished }
}

/** For /bin/sh: between single quotes nothing has a meaning. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
