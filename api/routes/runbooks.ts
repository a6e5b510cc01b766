import { CodedError } from '../../contracts/coded-error.ts'
import { limits } from '../../contracts/limits.ts'
import type { RunbookInForce } from '../../contracts/runbook-registry.ts'
import type { RunbookInForceView, RunbookVersionView } from '../../contracts/runbook-views.ts'
import type { Configured } from '../../language/configured.ts'
import { digestOf } from '../../store/change-in-force.ts'
import type { Pool } from '../../store/database.ts'
import { readChanges, readFaultyFiles, readInForce, readVersions } from '../../store/runbooks-in-force.ts'
import { principalOf } from '../access.ts'
import { checkSync, syncRunbooks } from '../sync-runbooks.ts'
import type { Api } from '../validation.ts'
import { checking, listing, showing, syncing, tellingHistory } from './runbooks-declared.ts'

interface Dependencies {
  pool: Pool
  /** What runbooks are held against; without it only against the language. */
  configured?: Configured
  clock: () => number
}

const historyShown = 200

/** The runbooks that new incidents are opened with: what they are, what they were, and how others come in force. */
export function runbookRoutes(app: Api, { pool, configured, clock }: Dependencies): void {
  app.get('/v1/runbooks', listing, async () => {
    const [inForce, faultyFiles] = await Promise.all([readInForce(pool), readFaultyFiles(pool)])
    return { digest: digestOf(inForce), runbooks: inForce.map(inForceView), faultyFiles }
  })

  app.get('/v1/runbooks/:name', showing, request =>
    showVersion(pool, request.params.name, request.query.version),
  )

  app.get('/v1/runbooks/:name/history', tellingHistory, async request => {
    const { name } = request.params
    const changes = await readChanges(pool, name, historyShown)
    if (changes.length === 0) throw await noRunbook(pool, name)
    return { name, changes }
  })

  const large = { bodyLimit: limits.runbookSyncBytes }

  app.post('/v1/runbooks/check', { ...checking, ...large }, request =>
    checkSync(pool, configured, request.body.files),
  )

  app.put('/v1/runbooks', { ...syncing, ...large }, request => {
    const by = principalOf(request).name
    return syncRunbooks(pool, configured, { ...request.body, by, atMs: clock() })
  })
}

async function showVersion(
  pool: Pool,
  name: string,
  version: string | undefined,
): Promise<RunbookVersionView> {
  const [inForce] = await readInForce(pool, name)
  const asked = version ?? inForce?.hash
  if (asked === undefined) throw await noRunbook(pool, name)
  const [found, another] = await readVersions(pool, name, asked)
  if (found === undefined)
    throw new CodedError('not_found', `There is no version ${asked} of ${name}.`, {
      fields: { name, version: asked },
      hint: `Take one of those it had: npx paramedic runbook history ${name}`,
    })
  if (another !== undefined)
    throw new CodedError('bad_request', `More than one version of ${name} begins with ${asked}.`, {
      fields: { name, version: asked },
      hint: 'Give more of its hash.',
    })
  const { hash, runbook, source, keptAt } = found
  const isInForce = inForce !== undefined && inForce.hash === hash
  return {
    name,
    hash,
    keptAt,
    runbook,
    inForce: isInForce ? inForceView(inForce) : null,
    source: isInForce ? inForce.source : source,
  }
}

async function noRunbook(pool: Pool, name: string): Promise<CodedError> {
  const known = await readVersions(pool, name)
  const message =
    known.length === 0 ? `There is no runbook ${name}.` : `The runbook ${name} is not in force any more.`
  const hint =
    known.length === 0
      ? 'Check the name; what is in force: npx paramedic runbook list'
      : `Which versions it had: npx paramedic runbook history ${name}`
  return new CodedError('not_found', message, { fields: { name }, hint })
}

function inForceView({ name, runbook, hash, file, since, way, by }: RunbookInForce): RunbookInForceView {
  return { name, title: runbook.title, owner: runbook.owner, hash, file, since, way, by }
}
