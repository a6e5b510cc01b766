import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { freePort } from '../../embedded/ports.ts'
import { eventually } from '../support/incident-harness.ts'

// `npm start` takes the Temporal server that the run has prepared.
void inject('temporalAddress')

const project = dirname(dirname(import.meta.dirname))
const startsWithinMs = 120_000
const answersWithinMs = 60_000
/** What is installed is linked; what runs and is recorded in the project's folder is another's. */
const notCopied = ['node_modules', '.paramedic', '.git']
/** Commands that talk with whoever types them. */
const watch = 'npx paramedic incident watch'
const approve = 'npx paramedic incident approve latest'

let copy: string
let env: Record<string, string>
let service: Dialogue

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'paramedic-tutorial-'))
  await cp(project, copy, { recursive: true, filter: path => !notCopied.includes(basename(path)) })
  await symlink(join(project, 'node_modules'), join(copy, 'node_modules'))
  const { PATH = '', HOME = copy } = process.env
  env = { PATH, HOME, TERM: 'xterm', ...(await ports()) }
  service = typeAtTerminal('npm start')
  await service.shows('ready', startsWithinMs)
}, startsWithinMs)

afterAll(async () => {
  await service.interrupt()
  await rm(copy, { recursive: true, force: true })
})

test('the tutorial, typed as it stands, ends with an incident that its runbook has mended', async () => {
  let hasApproved = false
  for (const { commands, output } of await blocks()) {
    for (const command of inTurn(commands)) {
      if (command === watch) await (hasApproved ? watchToTheEnd() : watchUntilAsked())
      else if (command === approve) await allow()
      else expect(await run(command, output === undefined ? 0 : 1)).toContain(output ?? '')
      hasApproved ||= command === approve
    }
  }
  expect(await run('npx paramedic runbook history my-first')).toContain('my-first')
  const story = await run('npx paramedic incident show latest')
  expect(story).toContain('runbook my-first')
  expect(story).toMatch(/closed +recovered after/)
})

/** The tutorial's blocks, each with the fault that is said to come of it. */
async function blocks(): Promise<{ commands: string; output: string | undefined }[]> {
  const page = await readFile(join(copy, 'docs', 'your-first-runbook.md'), 'utf8')
  const found = [...page.matchAll(/```sh\n(.*?)```\n(?:\n```\n(.*?)```)?/gs)]
  expect(found.length).toBeGreaterThan(5)
  return found.map(([, commands, output]) => ({ commands: commands!.trimEnd(), output }))
}

/** A block is one command for the shell, unless it talks: then each line is. */
function inTurn(commands: string): string[] {
  const lines = commands.split('\n')
  return lines.some(line => line === watch || line === approve) ? lines : [commands]
}

async function watchUntilAsked(): Promise<void> {
  const watching = typeAtTerminal(watch)
  await watching.shows('incident approve', answersWithinMs)
  await watching.interrupt()
}

async function watchToTheEnd(): Promise<void> {
  expect(await typeAtTerminal(watch).ended).toBe(0)
}

async function allow(): Promise<void> {
  const asking = typeAtTerminal(approve)
  await asking.shows('Approve this plan?', answersWithinMs)
  asking.say('yes\n')
  expect(await asking.ended).toBe(0)
}

async function run(commands: string, exitCode = 0): Promise<string> {
  const shell = spawn('bash', ['-e', '-c', commands], { cwd: copy, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const heard = listen(shell)
  const [code] = (await once(shell, 'close')) as [number]
  expect(code, `${commands}\n${heard()}`).toBe(exitCode)
  return heard()
}

interface Dialogue {
  shows(text: string, withinMs: number): Promise<void>
  say(text: string): void
  /** Ctrl-C, and until it has gone. */
  interrupt(): Promise<void>
  /** Its exit code. */
  ended: Promise<number>
}

/** On a pseudo-terminal of util-linux's `script`. */
function typeAtTerminal(command: string): Dialogue {
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: copy, env, stdio: 'pipe' })
  const heard = listen(child)
  const ended = once(child, 'close').then(([code]) => Number(code))
  return {
    ended,
    shows: async (text, withinMs) => {
      await eventually(async () => {
        if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}:\n${heard()}`)
        return heard().includes(text)
      }, withinMs).catch((error: unknown) => {
        throw new Error(`${command} does not show ${JSON.stringify(text)}:\n${heard()}`, { cause: error })
      })
    },
    say: text => void child.stdin.write(text),
    async interrupt() {
      child.stdin.write('\u0003')
      await ended
    },
  }
}

function listen({ stdout, stderr }: ChildProcess): () => string {
  let heard = ''
  for (const stream of [stdout, stderr]) stream?.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  return () => heard
}

/** Of its own, beside whatever runs here. */
async function ports(): Promise<Record<string, string>> {
  const names = ['API', 'TEMPORAL', 'POSTGRES', 'REDIS', 'SHOP']
  const free = names.map(async name => [`PARAMEDIC_${name}_PORT`, String(await freePort())] as const)
  return Object.fromEntries(await Promise.all(free))
}
