/** The rules of the environment on a target whose value is always 9, in a process that stops itself at one statement; see pause-at-statement.ts. */
import './pause-at-statement.ts'
import { openDatabase } from '../../store/database.ts'
import { runEngine } from './rule-engines.ts'
import { someRule } from './rules.ts'

runEngine(openDatabase(process.env['DATABASE_URL']!), [someRule({ name: 'killed' })], () => ({
  is: 'value',
  value: 9,
}))
