import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { claimPort, freePort, freePorts, portOf } from '../../embedded/ports.ts'
import { SetupError } from '../../embedded/setup-error.ts'

test('the message has the port, the part and the variable that changes it', async () => {
  const port = await freePort()
  const holder = createServer().listen(port, '127.0.0.1')
  await once(holder, 'listening')
  const error = await claimPort('postgres', { PARAMEDIC_POSTGRES_PORT: String(port) }).catch(
    (caught: unknown) => caught,
  )
  if (!(error instanceof SetupError)) throw new Error('expected a SetupError', { cause: error })
  expect(error.code).toBe('port_in_use')
  expect(error.message).toContain(`Port ${port} on 127.0.0.1, meant for postgres, is in use`)
  expect(error.hint).toMatch(/PARAMEDIC_POSTGRES_PORT=\d+ npm start/)
  holder.close()
})

test('a free port is given back, and the default without a variable', async () => {
  const port = await freePort()
  expect(await claimPort('api', { PARAMEDIC_API_PORT: String(port) })).toBe(port)
  expect(portOf('temporal', {})).toBe(8733)
})

test.each(['0', '65536', 'http', '8o'])('%s is refused as a port', value => {
  expect(() => portOf('api', { PARAMEDIC_API_PORT: value })).toThrow(SetupError)
})

test('ports asked for together are different', async () => {
  expect(new Set(await freePorts(8)).size).toBe(8)
})
