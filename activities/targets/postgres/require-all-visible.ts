import { CodedError } from '../../../contracts/coded-error.ts'

/**
 * Throws `target_rejected` when the server hides sessions of other roles from ours: a count of the visible part would be small
 * whatever happens, and a verification would call that recovered.
 */
export function requireAllVisible(target: string, role: string, hidden: number): void {
  if (hidden === 0) return
  throw new CodedError(
    'target_rejected',
    `PostgreSQL ${target} hides ${hidden} sessions of other roles from role ${role}.`,
    {
      fields: { target, role, hidden },
      hint: `Run on the target: GRANT pg_read_all_stats TO ${JSON.stringify(role)}`,
    },
  )
}
