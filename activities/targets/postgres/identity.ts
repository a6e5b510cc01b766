import { isCodedError } from '../../../contracts/coded-error.ts'
import type { TargetIdentity } from '../../../contracts/plan.ts'
import type { PostgresSession } from './connection.ts'

const BY_SYSTEM_IDENTIFIER = `
  select system_identifier::text as "systemIdentifier", current_database() as database
  from pg_control_system()`

const BY_ADDRESS = `
  select coalesce(host(inet_server_addr()), 'local') || ':' || coalesce(inet_server_port()::text, 'socket') as address,
    extract(epoch from pg_postmaster_start_time())::text as "startedAt",
    current_database() as database`

// 42501 the right was revoked (everybody has it by default), 42883 a compatible server without the function.
const withoutTheFunction = ['42501', '42883']

/**
 * What makes a PostgreSQL target this one: the system identifier given by initdb, which a restart keeps and a restored
 * copy keeps too, and the database. A role that may not read it gets the server's address and start time: those change
 * at a restart, which asks the approver once more than needed and never once too little.
 */
export async function postgresIdentity(session: PostgresSession): Promise<TargetIdentity> {
  try {
    return await only(session, BY_SYSTEM_IDENTIFIER)
  } catch (error) {
    if (!isCodedError(error) || !withoutTheFunction.includes(String(error.fields['sqlstate']))) throw error
    return await only(session, BY_ADDRESS)
  }
}

async function only(session: PostgresSession, text: string): Promise<TargetIdentity> {
  const [row] = await session.query<TargetIdentity>(text)
  return { ...row }
}
