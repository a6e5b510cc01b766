import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { configuredIn } from '../../language/configured.ts'
import { type Fault, faultCodes } from '../../language/fault.ts'
import { formatFault } from '../../language/format-fault.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { mutatedRunbook } from '../support/mutated-runbooks.ts'
import { seeded } from '../support/seeded.ts'

/** FUZZ_RUNS=1000000 looks longer. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 10_000)
const longestMs = 1_000
const configured = configuredIn(
  parse(readFileSync(new URL('broken-runbooks/paramedic.yaml', import.meta.url), 'utf8')),
)

test(
  `${runs} mutated runbooks are taken, or refused with a code and a place inside the file, each within a second`,
  () => {
    const { seed } = seeded('mutated runbooks')
    let taken = 0
    const found = new Set<string>()
    fc.assert(
      fc.property(mutatedRunbook, fc.boolean(), (text, isConfigured) => {
        const before = process.threadCpuUsage()
        const parsed = parseRunbook(text, 'x.yaml', isConfigured ? configured : undefined)
        const { user, system } = process.threadCpuUsage(before)
        if ((user + system) / 1_000 > longestMs) throw new Error('it took longer than a second')
        if ('runbook' in parsed) {
          taken += 1
          if (!/^[0-9a-f]{64}$/.test(parsed.hash)) throw new Error(`no hash: ${parsed.hash}`)
          for (const warning of parsed.warnings) expectUsable(warning, text)
          return
        }
        if (parsed.faults.length === 0) throw new Error('refused without a fault')
        for (const fault of parsed.faults) {
          found.add(fault.code)
          expectUsable(fault, text)
        }
        if (!isInOrder(parsed.faults)) throw new Error('not in reading order')
      }),
      { numRuns: runs, seed },
    )
    // Mistakes that nobody could see, or only those that everybody sees, would make this an empty exercise.
    expect(taken).toBeGreaterThan(runs / 100)
    expect([...found].toSorted()).toEqual(
      Object.keys(faultCodes)
        // A misspelt label is a warning, of a runbook without a fault; the others are not about runbooks.
        .filter(code => !['reference', 'site', 'drill', 'label'].includes(code))
        .toSorted(),
    )
  },
  Math.max(120_000, runs * 30),
)

function isInOrder(faults: readonly Fault[]): boolean {
  return faults.every(({ line, column }, index) => {
    const before = faults[index - 1]
    return before === undefined || before.line < line || (before.line === line && before.column <= column)
  })
}

function expectUsable(fault: Fault, text: string): void {
  const { line, column, message, code } = fault
  const written = text.split('\n')[line - 1]
  const isInside = written !== undefined && column >= 1 && column <= written.length + 1
  const isSaid = Object.hasOwn(faultCodes, code) && message !== '' && !message.includes('undefined')
  const isShown = formatFault(fault, text).startsWith('x.yaml:')
  if (!isInside || !isSaid || !isShown) throw new Error(`not usable: ${JSON.stringify(fault)}`)
}
