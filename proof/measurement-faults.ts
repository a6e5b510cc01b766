import { canonicalJson } from '../contracts/canonical-json.ts'
import type { IncidentRows } from '../contracts/audit-views.ts'
import type { Known } from './known.ts'
import type { Found } from './row-fault.ts'

/** What was measured is the evidence: triage's samples say what the entries say, and a verdict rests on samples that are there. */
export function measurementFaults(known: Known, { measurements }: IncidentRows): Found[] {
  const found: Found[] = []
  const kept = new Map<string, string[]>()
  for (const { purpose, checks } of measurements)
    kept.set(purpose, [...(kept.get(purpose) ?? []), canonicalJson(checks ?? null)])
  const triage = [...kept].flatMap(([purpose, samples]) => (isWithEntry(purpose) ? samples : []))
  for (const { check, target, isMember, values, error } of known.measured) {
    const result = error === undefined ? { values } : { problem: error }
    const sample = canonicalJson({ [check]: isMember === true ? { members: { [target]: result } } : result })
    const index = triage.indexOf(sample)
    if (index < 0)
      found.push({ row: `measurement triage ${check}`, says: `no row has the values its entry has` })
    else triage.splice(index, 1)
  }
  for (const sample of triage)
    found.push({ row: 'measurement triage', says: `no entry has these values: ${sample.slice(0, 120)}` })
  for (const { of, samples, measured } of known.verifications) {
    const row = `measurement verify/${of}`
    const rows = kept.get(`verify/${of}`) ?? []
    if (rows.length < samples)
      found.push({ row, says: `${rows.length} samples are kept, and its entry counts ${samples}` })
    else if (samples > 0 && !rows.includes(canonicalJson(measured ?? null)))
      found.push({ row, says: 'the sample that decided is not among those that are kept' })
  }
  return found
}

/** Rows of one check that have an entry each; samples of a poll have none. */
function isWithEntry(purpose: string): boolean {
  return (
    purpose === 'triage' ||
    purpose === 'recheck' ||
    purpose.startsWith('precheck/') ||
    purpose.startsWith('rebase/')
  )
}
