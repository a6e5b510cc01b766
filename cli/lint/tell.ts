/** What the linter found, for a person. */
import type { Fault } from '../../language/fault.ts'
import { formatFault } from '../../language/format-fault.ts'
import { counted, shortHash } from '../narrate/narration.ts'
import { asTyped } from '../terminal/shell-word.ts'
import { table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Linted } from './lint-files.ts'

/** `args` are those of the command, which is shown again when something is to be mended. */
export function tellLinted(
  terminal: Terminal,
  linted: readonly Linted[],
  configuration: string | undefined,
  args: readonly string[],
): void {
  const valid = linted.flatMap(({ file, sound }) =>
    sound === undefined ? [] : [[sound.runbook.name, shortHash(sound.hash), file]],
  )
  terminal.print(table(valid, terminal.paint))
  tellFaults(terminal, linted, {
    counted: counted(linted.length, 'runbook'),
    against: configuration === undefined ? '' : `, held against ${configuration}`,
    again: ['npx paramedic runbook lint', ...args.map(asTyped)].join(' '),
  })
}

interface FaultyText {
  text: string
  faults: readonly Fault[]
  sound?: { warnings: readonly Fault[] }
}

interface Verdict {
  /** What was looked at, such as `3 runbooks`. */
  counted: string
  /** Behind it: what it was held against. */
  against: string
  /** The command to try again. */
  again: string
}

/** Every fault and warning below its line, and how many there are. */
export function tellFaults(terminal: Terminal, linted: readonly FaultyText[], said: Verdict): void {
  const { paint } = terminal
  for (const { text, faults, sound } of linted) {
    for (const fault of [...faults, ...(sound?.warnings ?? [])])
      terminal.print(['', ...formatFault(fault, text).split('\n')])
  }
  const faulty = linted.filter(({ faults }) => faults.length > 0)
  const faults = faulty.flatMap(one => one.faults).length
  const warnings = linted.flatMap(({ sound }) => sound?.warnings ?? []).length
  const warned = warnings === 0 ? '' : ` ${counted(warnings, 'warning')}.`
  const verdict =
    faults === 0
      ? paint.good(`${said.counted}${said.against}, nothing wrong.${warned}`)
      : paint.bad(`${counted(faults, 'fault')} in ${counted(faulty.length, 'file')}${said.against}.${warned}`)
  terminal.print(['', verdict, ...(faults === 0 ? [] : [paint.command(said.again)])])
}
