import { CodedError } from '../../../contracts/coded-error.ts'
import type { TargetConfigurationOf } from '../../../contracts/configuration/targets.ts'
import { type Measured, measuredAs } from '../../../contracts/rule.ts'
import { withPostgres } from './connection.ts'

/** What PostgreSQL writes for a numeric or float8; int8 and numeric come as text, whatever the driver makes of others. */
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const notANumber = /^(nan|[+-]?infinity)$/i

/**
 * Runs the statement of a rule in a read-only transaction that is rolled back; the connection's `statement_timeout`
 * holds. No row and NULL are an absence. Throws `not_one_number`, `target_unavailable` or `target_rejected`.
 */
export async function readOneNumber(
  target: TargetConfigurationOf<'postgres'>,
  statement: string,
  signal: AbortSignal,
): Promise<Measured> {
  const { columns, rows } = await withPostgres(target, signal, async session => {
    await session.query('begin transaction read only')
    const answer = await session.one(onlyTwoRows(statement))
    await session.query('rollback')
    return answer
  })
  if (rows.length > 1) throw notOne(target.name, 'more than one row')
  if (columns !== 1) throw notOne(target.name, `${columns} columns`)
  const found = rows[0]?.[0] ?? null
  if (found === null) return { is: 'absent' }
  const text = typeof found === 'number' ? String(found) : found
  if (typeof text === 'string' && notANumber.test(text)) return { is: 'not-a-number' }
  if (typeof text !== 'string' || !number.test(text)) throw notOne(target.name, 'something that is no number')
  return measuredAs(Number(text))
}

/** Two rows are enough to see that it is not one; a table of millions stays where it is. */
function onlyTwoRows(statement: string): string {
  return `select * from (\n${statement.trim().replace(/;$/, '')}\n) as measured limit 2`
}

function notOne(target: string, what: string): CodedError {
  return new CodedError('not_one_number', `The statement on ${target} gave ${what}.`, { fields: { target } })
}
