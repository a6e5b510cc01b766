import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectHealthy } from './acts/is-healthy.ts'
import { goesOnAfterAnApproval } from './acts/goes-on-after-an-approval.ts'
import { recoversByItself } from './acts/recovers-by-itself.ts'
import { restartsWithoutLoss } from './acts/restarts-without-loss.ts'
import { check, type Scene } from './acts/scene.ts'
import { watchesItself } from './acts/watches-itself.ts'
import { createAddresses } from './addresses.ts'
import { type ComposeFile, imageOf, readComposeFile } from './compose-file.ts'
import { figuresTable, readFigures } from './figures.ts'
import { collectPrograms, otherVersions } from './programs.ts'
import { startReceivers } from './receivers.ts'
import { makeRelease } from './release.ts'
import { makeSecrets } from './secrets.ts'
import { createStack, imagesNotRun, type Stack } from './stack.ts'
import type { ProcessRegistry } from '../embedded/processes.ts'

export interface RehearsalOptions {
  projectDir: string
  /** Empty; everything of this run is in it. */
  folder: string
  /** Kept between runs. */
  keptDir: string
  processes: ProcessRegistry
  say(line: string): void
  /** Called as soon as there is something to end. */
  onStarted(end: () => Promise<void>): void
}

/** Runs docker-compose.yml natively and plays every act on it. Throws at the first thing that is not as it should be. */
export async function rehearse(options: RehearsalOptions): Promise<void> {
  const { projectDir, folder, keptDir, say } = options
  const programsDir = join(folder, 'bin')
  await collectPrograms(programsDir, say)
  const secretsDir = join(folder, 'secrets')
  await makeSecrets(secretsDir)
  const receivers = await startReceivers(await secret(secretsDir, 'page-secret'))
  options.onStarted(async () => receivers.close())
  await writeFile(join(secretsDir, 'fallback-slack-url'), `${receivers.fallbackUrl}\n`)

  const compose = readComposeFile(join(projectDir, 'docker-compose.yml'), {
    PARAMEDIC_PAGE_URL: receivers.pageUrl,
  })
  const others = await otherVersions(programsDir, image => tagOf(compose, image))
  // Another distribution has other versions; what is shown then is that it works with those.
  if (others.length > 0) say(`other versions than the images': ${others.join(', ')}`)
  const addresses = await createAddresses(Object.keys(compose.services))
  say('installing the packages of the image, without development packages')
  const release = await makeRelease({ projectDir, keptDir, folder: join(folder, 'app') })
  const world = {
    compose,
    addresses,
    projectDir,
    folder: join(folder, 'containers'),
    secretsDir,
    programsDir,
    release,
  }
  const stack = createStack({ world, processes: options.processes, logsDir: join(folder, 'logs'), say })
  options.onStarted(stack.down)
  await stack.up()
  const idle = figuresOf(stack)

  const at = (service: string, port: number): string => `http://127.0.0.1:${addresses.portOf(service, port)}`
  const scene: Scene = {
    stack,
    receivers,
    apiUrl: at('proxy', 8700),
    alertmanagerUrl: at('alertmanager', 9093),
    prometheusUrl: at('prometheus', 9090),
    temporal: { address: `127.0.0.1:${addresses.portOf('temporal', 7233)}`, namespace: 'paramedic' },
    tokens: {
      operator: await secret(secretsDir, 'operator-token'),
      alertmanager: await secret(secretsDir, 'alertmanager-token'),
    },
    say,
  }
  await recoversByItself(scene)
  await goesOnAfterAnApproval(scene)
  await restartsWithoutLoss(scene)
  await watchesItself(scene, projectDir)
  await expectHealthy(scene)
  check(
    receivers.faults.length === 0,
    `the receivers heard what was not expected: ${receivers.faults.join('; ')}`,
  )
  report(say, idle, figuresOf(stack))
}

function tagOf(compose: ComposeFile, image: string): string {
  const service = Object.values(compose.services).find(declared => imageOf(declared).name === image)
  return service === undefined ? '' : imageOf(service).tag
}

function figuresOf(stack: Stack) {
  const names = stack.running().toSorted()
  return readFigures(names.map(name => ({ name, pid: stack.pidOf(name) })))
}

function report(
  say: (line: string) => void,
  idle: ReturnType<typeof figuresOf>,
  after: ReturnType<typeof figuresOf>,
) {
  say(['memory and CPU of each container when all were up:', ...figuresTable(idle)].join('\n'))
  say(['and after the acts:', ...figuresTable(after)].join('\n'))
  say(`not run, because Debian has no package: ${imagesNotRun.join(', ')}`)
}

async function secret(folder: string, name: string): Promise<string> {
  return (await readFile(join(folder, name), 'utf8')).trim()
}
