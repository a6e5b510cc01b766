/** What the linter found, for a person. */
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
  const { paint } = terminal
  const valid = linted.flatMap(({ file, sound }) =>
    sound === undefined ? [] : [[sound.runbook.name, shortHash(sound.hash), file]],
  )
  terminal.print(table(valid, paint))
  for (const { text, faults, sound } of linted) {
    for (const fault of [...faults, ...(sound?.warnings ?? [])])
      terminal.print(['', ...formatFault(fault, text).split('\n')])
  }
  const faulty = linted.filter(({ faults }) => faults.length > 0)
  const faults = faulty.flatMap(one => one.faults).length
  const warnings = linted.flatMap(({ sound }) => sound?.warnings ?? []).length
  const warned = warnings === 0 ? '' : ` ${counted(warnings, 'warning')}.`
  const against = configuration === undefined ? '' : `, held against ${configuration}`
  const verdict =
    faults === 0
      ? paint.good(`${counted(linted.length, 'runbook')}${against}, nothing wrong.${warned}`)
      : paint.bad(`${counted(faults, 'fault')} in ${counted(faulty.length, 'file')}${against}.${warned}`)
  const again = paint.command(['npx paramedic runbook lint', ...args.map(asTyped)].join(' '))
  terminal.print(['', verdict, ...(faults === 0 ? [] : [again])])
}
