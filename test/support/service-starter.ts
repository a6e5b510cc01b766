/** Starts a service through the process driver, says its identity and stays until it is killed. */
import {
  createProcessDriver,
  type ProcessDefinition,
} from '../../activities/targets/service/process-driver.ts'

// The only caller is process-driver.test.ts.
const definition = JSON.parse(process.argv[2] ?? '') as ProcessDefinition
console.log(JSON.stringify(await createProcessDriver(definition).start()))
setInterval(() => undefined, 60_000)
