import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { eventually } from '../support/incident-harness.ts'

// Drills take the Temporal server that the run has prepared.
void inject('temporalAddress')

const project = dirname(dirname(import.meta.dirname))
const minutes = 60_000
const waiting = 'Waiting for a change; Ctrl-C ends it.'
/** So far may an incident's time be from the one that is shown, on a machine with other work. */
const toleratedMs = 3_000

let folder: string
let watcher: Watcher | undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paramedic-drills-'))
  const commands = join(folder, 'node_modules', '.bin')
  await mkdir(commands, { recursive: true })
  await symlink(join(project, 'cli', 'paramedic.mjs'), join(commands, 'paramedic'))
})

afterAll(async () => {
  await watcher?.interrupt()
  await rm(folder, { recursive: true, force: true })
})

test(
  'the tutorial of drills, typed as it stands in an empty folder, prints what it shows',
  async () => {
    for (const { commands, output } of await blocks()) {
      const printed = await type(commands)
      expect(textOf(printed), commands).toEqual(textOf(output))
      const [shown, measured] = [timesOf(output), timesOf(printed)]
      const off = measured.map((time, index) => Math.abs(time - shown[index]!))
      expect(Math.max(0, ...off), `${commands}\n${printed}`).toBeLessThanOrEqual(toleratedMs)
    }
    expect(watcher).toBeDefined()
  },
  20 * minutes,
)

/** Up to the tutorial's end, each with what is printed by it. */
async function blocks(): Promise<{ commands: string; output: string }[]> {
  const page = await readFile(join(project, 'docs', 'drills.md'), 'utf8')
  const found = [...page.matchAll(/```sh\n(.*?)```\n(?:\n```\n(.*?)```)?/gs)]
  expect(found.length).toBeGreaterThan(10)
  return found.map(([, commands, output = '']) => ({ commands: commands!.trimEnd(), output }))
}

async function type(commands: string): Promise<string> {
  if (commands.endsWith('--watch')) {
    watcher = watch(commands)
    await watcher.said()
    return ''
  }
  const [printed, code] = await run(commands)
  expect(code, `${commands}\n${printed}`).toBe(printed.includes('✗') ? 1 : 0)
  return watcher === undefined ? printed : watcher.said()
}

/** With every run of blanks as one, and without times: those of a run depend on the machine, and columns on their length. */
function textOf(output: string): string[] {
  const lines = output.trim().split('\n')
  return lines.map(line => withoutRealTime(line).replace(time, 'TIME').replace(/\s+/g, ' ').trim())
}

/** Of incidents, in milliseconds, in the order of the text. */
function timesOf(output: string): number[] {
  return output
    .split('\n')
    .flatMap(line => withoutRealTime(line).match(time) ?? [])
    .map(written =>
      [...written.matchAll(/(\d+)([hms])/g)]
        .map(([, count, unit]) => Number(count) * unitsMs[unit as keyof typeof unitsMs])
        .reduce((sum, part) => sum + part, 0),
    )
}

const time = /\b(?=\d)(?:\d+h ?)?(?:\d+m ?)?(?:\d+s)?(?<=[hms ])(?![\w.])/g
const unitsMs = { h: 60 * minutes, m: minutes, s: 1_000 }

/** `  ✓ nobody-answers   4.4s`, and `4 drills, all as expected (12s)`. */
function withoutRealTime(line: string): string {
  return line
    .replace(/^(\s*[✓✗] \S+ +)(?:[\dhm]+ )?[\d.]+s/, '$1')
    .replace(/^(\d+ drills?.*) \([\dhms. ]+\)$/, '$1')
}

async function run(commands: string): Promise<[printed: string, code: number]> {
  const shell = spawn('bash', ['-e', '-c', commands], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const heard = listen(shell)
  const [code] = (await once(shell, 'close')) as [number]
  return [heard(), code]
}

interface Watcher {
  /** What has come since the last time, when it waits again. */
  said(): Promise<string>
  interrupt(): Promise<void>
}

function watch(command: string): Watcher {
  // Ctrl-C goes to all that a terminal has in front, which npx relies on.
  const child = spawn('bash', ['-c', `exec ${command}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const heard = listen(child)
  const ended = once(child, 'close')
  let told = 0
  return {
    async said() {
      await eventually(async () => heard().indexOf(waiting, told) >= 0, 3 * minutes)
      const from = told
      told = heard().length
      return heard().slice(from)
    },
    async interrupt() {
      if (child.exitCode === null) process.kill(-child.pid!, 'SIGINT')
      await ended
    },
  }
}

/** What it prints; what goes to stderr is how far it is. */
function listen({ stdout, stderr }: ChildProcess): () => string {
  let heard = ''
  stdout?.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  stderr?.resume()
  return () => heard
}
