/** `docker compose exec shop node production/jobs/break-shop.ts <fault>`: the shop lets nobody break it from outside. */
import { breakSandbox, isSandboxFault, sandboxFaults } from '../../embedded/sandbox/faults.ts'

const [fault = ''] = process.argv.slice(2)
if (isSandboxFault(fault)) {
  const { message } = await breakSandbox(fault, {
    shopUrl: `http://127.0.0.1:${process.env['PARAMEDIC_SHOP_PORT']}`,
  })
  process.stdout.write(`${message}\n`)
} else {
  process.stderr.write(`give one of: ${Object.keys(sandboxFaults).join(', ')}\n`)
  process.exitCode = 2
}
