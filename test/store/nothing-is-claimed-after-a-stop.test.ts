import { expect, test } from 'vitest'
import { requestResolve } from '../../store/acts.ts'
import { setFreeze } from '../../store/freezes.ts'
import { claimStep, givenPlans } from '../support/claims.ts'
import { givenIncident } from '../support/incidents.ts'
import { inChunks, seeded } from '../support/seeded.ts'
import { auditLog, twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const atMs = Date.parse('2026-03-01T10:00:00Z')

/** Claims that race one stop: enough to have some on either side of it. */
const claimsAtOnce = 3

test('a freeze races claims 300 times: no claim is committed after it', async () => {
  const { between } = seeded('freeze races claims')
  const incident = await givenIncident(sides.pool, { atMs })
  const rounds = Array.from({ length: 300 }, (_, round) => round)
  const steps = (round: number) =>
    Array.from({ length: claimsAtOnce }, (_, index) => `round-${round}/${index}`)
  await givenPlans(sides.pool, incident, rounds.flatMap(steps), { atMs })

  const granted: string[] = []
  let refused = 0
  for (const round of rounds) {
    const freezeFirst = between(0, claimsAtOnce)
    const freeze = () => setFreeze(sides.pool, { on: true, by: 'ben', reason: `round-${round}`, atMs })
    const claim = async (step: string) => ({
      step,
      told: await claimStep(sides.other, { incident, step, atMs }),
    })
    const claims = steps(round)
    const [before, , after] = await Promise.all([
      Promise.all(claims.slice(0, freezeFirst).map(claim)),
      freeze(),
      Promise.all(claims.slice(freezeFirst).map(claim)),
    ])
    for (const { step, told } of [...before, ...after]) {
      if (told === 'granted') granted.push(step)
      else expect(told, step).toBe('frozen')
      refused += told === 'granted' ? 0 : 1
    }
    // Once a freeze is on, whoever asks is told so.
    expect(await claimStep(sides.other, { incident, step: claims[0]!, atMs })).toBe(
      granted.includes(claims[0]!) ? 'exists' : 'frozen',
    )
    await setFreeze(sides.pool, { on: false, by: 'ben', atMs })
  }

  // The audit log's numbers are the order of commits.
  const log = await auditLog(sides.pool)
  const frozenAt = new Map(
    log.filter(entry => entry.kind === 'freeze.on').map(entry => [entry.data['reason'], entry.seq]),
  )
  const claimed = log.filter(entry => entry.kind === 'claim.made')
  for (const { seq, data } of claimed) {
    const step = String(data['step'])
    expect(seq, step).toBeLessThan(frozenAt.get(step.split('/')[0])!)
  }
  const committed = claimed.map(entry => String(entry.data['step']))
  expect(committed.toSorted()).toEqual(granted.toSorted())
  console.log(`freeze races claims: ${granted.length} claimed before, ${refused} refused`)
  expect(granted.length).toBeGreaterThan(30)
  expect(refused).toBeGreaterThan(30)
})

test('a person who ends the incident races a claim 200 times: no claim is committed after that', async () => {
  const { flip } = seeded('resolve races claim')
  const incidents = await inChunks(Array.from({ length: 200 }), 5, async () => {
    const incident = await givenIncident(sides.pool, { atMs })
    await givenPlans(sides.pool, incident, ['restart'], { atMs })
    return incident
  })
  const told = await inChunks(incidents, 8, async incident => {
    const claim = () => claimStep(sides.other, { incident, step: 'restart', atMs })
    const resolve = () => requestResolve(sides.pool, { number: incident, by: 'ana', atMs })
    const isClaimFirst = flip()
    const first = isClaimFirst ? claim() : resolve()
    const [one, two] = await Promise.all([first, isClaimFirst ? resolve() : claim()])
    return { incident, claim: isClaimFirst ? one : two }
  })
  const log = await auditLog(sides.pool)
  const seqOf = (kind: string) =>
    new Map(
      log.flatMap(entry => {
        const of = (entry as unknown as { incident: string }).incident
        return entry.kind === kind ? [[of, entry.seq] as const] : []
      }),
    )
  const [resolved, claimed] = [seqOf('resolve.requested'), seqOf('claim.made')]
  for (const { incident, claim } of told) {
    if (claim === 'granted') expect(claimed.get(incident), incident).toBeLessThan(resolved.get(incident)!)
    else expect(claim, incident).toBe('incident-ended')
  }
  expect(new Set(told.map(answer => answer.claim)).size).toBe(2)
})
