import { formatFault } from '../../language/format-fault.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { type Format, formatOf } from '../lint/formats.ts'
import { githubAnnotation } from '../lint/github-annotations.ts'
import type { Session } from '../session.ts'
import type { FaultyFile } from './drill-files.ts'

/** Nothing is run while a file has a fault. */
export function tellFaulty(session: Session, faulty: readonly FaultyFile[], asked?: Format): ExitCode {
  const { terminal } = session
  const format = formatOf(session, asked)
  if (format === 'json') session.printJson({ faulty: faulty.map(({ file, faults }) => ({ file, faults })) })
  else if (format === 'github')
    terminal.print(faulty.flatMap(({ faults }) => faults.map(fault => githubAnnotation(fault, 'drill lint'))))
  else
    for (const { text, faults } of faulty)
      for (const fault of faults) terminal.print([...formatFault(fault, text).split('\n'), ''])
  return exitCodes.refused
}
