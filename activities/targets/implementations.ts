/**
 * What runs for each check and action, by name. The types hold these lists equal to contracts/targets/catalogue.ts: a
 * definition without its line here, a line without its definition, or one of another shape does not compile.
 */
import type {
  actionDefinitions,
  ActionName,
  checkDefinitions,
  CheckName,
} from '../../contracts/targets/catalogue.ts'
import { applications } from './postgres/applications.ts'
import { connections } from './postgres/connections.ts'
import { terminateIdle } from './postgres/terminate-idle.ts'
import { scrape } from './prometheus/scrape.ts'
import { deleteKey } from './redis/delete-key.ts'
import { deleteMatching } from './redis/delete-matching.ts'
import { expiry } from './redis/expiry.ts'
import { flushDatabase } from './redis/flush-database.ts'
import { keys } from './redis/keys.ts'
import { health } from './service/health.ts'
import { restart } from './service/restart.ts'
import { start } from './service/start.ts'
import { stop } from './service/stop.ts'
import type { Action, Check } from './target.ts'

/** One measurement for each check, by its name. */
export type CheckImplementations = { [N in CheckName]: Check<(typeof checkDefinitions)[N]> }

/** One change for each action, by its name. */
export type ActionImplementations = { [N in ActionName]: Action<(typeof actionDefinitions)[N]> }

/** The measurement behind each check. */
export const checks: CheckImplementations = {
  'postgres.applications': applications,
  'postgres.connections': connections,
  'prometheus.scrape': scrape,
  'redis.expiry': expiry,
  'redis.keys': keys,
  'service.health': health,
}

/** The change behind each action. */
export const actions: ActionImplementations = {
  'postgres.terminate_idle': terminateIdle,
  'redis.delete_key': deleteKey,
  'redis.delete_matching': deleteMatching,
  'redis.flush_database': flushDatabase,
  'service.restart': restart,
  'service.start': start,
  'service.stop': stop,
}
