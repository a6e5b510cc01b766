import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { withRedis } from '../../activities/targets/redis/connection.ts'
import { deleteMatching } from '../../activities/targets/redis/delete-matching.ts'
import { findOnPath } from '../../embedded/find-on-path.ts'
import { freePort } from '../../embedded/ports.ts'
import {
  everythingOf,
  failureOf,
  patience,
  redisTarget,
  startSilentServer,
} from '../support/targets-under-test.ts'

const canary = 'canary%2Fp%40ss'
const password = decodeURIComponent(canary)

let port: number
let server: ChildProcess

describe.skipIf(findOnPath('redis-server') === undefined)('a connection to Redis', () => {
  beforeAll(async () => {
    port = await freePort()
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--requirepass', password]
    server = spawn('redis-server', [...settings, '--databases', '2'], { stdio: 'ignore' })
    await vi.waitUntil(() => answers(port), { timeout: 10_000 })
  })

  afterAll(async () => {
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
  })

  it('is made with the password, database and options of the URL alone', async () => {
    const target = redisTarget(
      `redis://:${canary}@127.0.0.1:${port}/1?maxRetriesPerRequest=9&enableOfflineQueue=true`,
    )
    const info = await withRedis(target, patience, session => session.ask(redis => redis.client('INFO')))
    expect(info).toContain(' db=1 ')
    expect(await deleteMatching.identify(target, patience)).toEqual({
      runId: expect.stringMatching(/^[0-9a-f]{40}$/),
      database: '1',
    })
  })

  it.each([
    ['nobody listens', 'target_unavailable', async () => `127.0.0.1:${await freePort()}/0`, /ECONNREFUSED/],
    ['the name does not resolve', 'target_unavailable', () => 'nowhere.invalid/0', /nowhere\.invalid/],
    ['the password is wrong', 'target_rejected', () => `127.0.0.1:${port}/0`, /WRONGPASS/],
    ['the path is no database number', 'target_rejected', () => `127.0.0.1:${port}/cache`, /database number/],
  ])('%s: %s, without the password', async (_, code, place, says) => {
    const url = `redis://:${canary}-wrong@${await place()}`
    const failure = await failureOf(deleteMatching.identify(redisTarget(url), patience))
    expect(failure.code).toBe(code)
    expect(failure.message).toMatch(says)
    expect(everythingOf(failure)).not.toContain('canary')
  })

  it('refuses a database that the server has not, instead of working in database 0', async () => {
    const work = vi.fn(async () => undefined)
    const target = redisTarget(`redis://:${canary}@127.0.0.1:${port}/7`)
    const failure = await failureOf(withRedis(target, patience, work))
    expect(failure).toMatchObject({
      code: 'target_rejected',
      message: expect.stringContaining('out of range'),
    })
    expect(work).not.toHaveBeenCalled()
  })

  it('does not repeat the credentials that a server echoes', async () => {
    const answer = `-ERR unknown command 'AUTH', with args beginning with: 'default' '${password}' \r\n`
    const echoing = await startSilentServer()
    echoing.server.on('connection', socket => socket.on('data', () => void socket.write(answer)))
    const target = redisTarget(`redis://:${canary}@127.0.0.1:${echoing.port}`)
    const failure = await failureOf(deleteMatching.identify(target, patience))
    echoing.close()
    expect(failure.code).toBe('target_rejected')
    expect(failure.message).toContain("unknown command 'AUTH'")
    expect(failure.message).toContain('[secret]')
    expect(everythingOf(failure)).not.toContain('canary')
  })

  it('gives up on a server that takes the connection and says nothing', async () => {
    const silent = await startSilentServer()
    const failure = await failureOf(
      deleteMatching.identify(redisTarget(`redis://:${canary}@127.0.0.1:${silent.port}`), patience),
    )
    silent.close()
    expect(failure.code).toBe('target_unavailable')
    expect(everythingOf(failure)).not.toContain('canary')
  })

  it.each([
    ['connecting', () => undefined],
    ['a command', () => port],
  ])('an aborted signal ends %s at once, with its reason', async (_, used) => {
    const silent = await startSilentServer()
    const target = redisTarget(`redis://:${canary}@127.0.0.1:${used() ?? silent.port}`)
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const startedMs = performance.now()
    setTimeout(() => controller.abort(reason), 100)
    const work = withRedis(target, controller.signal, session =>
      session.ask(redis => redis.blpop('nothing', 60)),
    )
    await expect(work).rejects.toBe(reason)
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    silent.close()
  })
})

async function answers(onPort: number): Promise<boolean> {
  const socket = connect(onPort, '127.0.0.1')
  const isOpen = await new Promise<boolean>(resolve => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  })
  socket.destroy()
  return isOpen
}
