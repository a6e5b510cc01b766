/**
 * Goal: whoever follows an incident or everything sees each entry once, in order, also across a connection that broke.
 * Method: the api on a real socket and PostgreSQL, read with an event-stream parser; notes as entries.
 */
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest'
import { createLiveEntries } from '../../api/live-entries.ts'
import { limits } from '../../contracts/limits.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import { type ApiUnderTest, authorization, startApi } from '../support/api-under-test.ts'
import { givenIncident } from '../support/incidents.ts'

let api: ApiUnderTest
let url: string
let number: string
beforeEach(async () => {
  api = await startApi(inject('postgresUrl'))
  url = await api.app.listen({ host: '127.0.0.1', port: 0 })
  number = await givenIncident(api.database.pool, { atMs: api.now.ms })
})
afterEach(() => api.close())

test('an incident is told from its beginning, then as it happens', async () => {
  await note('before')
  const stream = await follow(`/v1/incidents/${number}/events`)
  expect((await stream.entries(1)).map(textOf)).toEqual(['before'])
  await note('during')
  await note('after')
  expect((await stream.entries(2)).map(textOf)).toEqual(['during', 'after'])
})

test('a client that lost its connection misses nothing and hears nothing twice', async () => {
  const first = await follow(`/v1/incidents/${number}/events`)
  await note('heard')
  const [heard] = await first.entries(1)
  first.cut()
  for (let at = 0; at < 600; at += 1) await note(`missed ${at}`)
  const second = await follow(`/v1/incidents/${number}/events`, String(heard!.seq))
  const missed = await second.entries(600)
  expect(missed.map(textOf)).toEqual(Array.from({ length: 600 }, (_, at) => `missed ${at}`))
  expect(new Set(missed.map(entry => entry.seq)).size).toBe(600)
})

test('a stream that has told nothing yet leads back to where it began', async () => {
  await note('before')
  const quiet = await follow('/v1/events')
  const position = await quiet.position()
  quiet.cut()
  await note('meanwhile')
  const again = await follow('/v1/events', position)
  expect((await again.entries(1)).map(textOf)).toEqual(['meanwhile'])
})

test('the list is told of every incident, an incident of itself alone', async () => {
  const other = await givenIncident(api.database.pool, { atMs: api.now.ms })
  const all = await follow('/v1/events')
  await all.position()
  const own = await follow(`/v1/incidents/${number}/events`)
  await note('elsewhere', other)
  await note('here')
  expect((await all.entries(2)).map(entry => entry.incident)).toEqual([other, number])
  expect((await own.entries(1)).map(textOf)).toEqual(['here'])
})

test('entries come by the ring of their commit, not by the poll', async () => {
  const stream = await follow(`/v1/incidents/${number}/events`)
  await stream.position()
  const rounds = 8
  const begunAtMs = performance.now()
  for (let at = 0; at < rounds; at += 1) {
    await note(`round ${at}`)
    await stream.entries(1)
  }
  // By the poll alone each round would wait half of it on average.
  expect(performance.now() - begunAtMs).toBeLessThan((rounds / 2) * limits.livePollMs)
})

test('a stream outlives what a request may wait for the database', async () => {
  const begunAtMs = performance.now()
  const stream = await follow(`/v1/incidents/${number}/events`)
  await stream.position()
  await vi.waitUntil(() => performance.now() - begunAtMs > 1.5 * limits.databaseWaitMs, { timeout: 20_000 })
  await note('late')
  expect((await stream.entries(1)).map(textOf)).toEqual(['late'])
})

test('stopping the api ends its streams', async () => {
  const stream = await follow(`/v1/incidents/${number}/events`)
  await stream.position()
  await api.app.close()
  expect(await stream.ended()).toBe(true)
})

test.each(['x', '-1', '1e3', '9'.repeat(30)])('the position %j is refused', async position => {
  const response = await fetch(`${url}/v1/events`, {
    headers: { ...authorization('viewer'), 'last-event-id': position },
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { code: 'bad_request' } })
})

test('an incident that is not there is a 404, not an empty stream', async () => {
  const answer = await api.call('viewer', 'GET', '/v1/incidents/INC-2020-01-01-001/events')
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
})

test('one more than the limit is told so', async () => {
  const live = createLiveEntries(api.database.pool)
  const stopped = new AbortController()
  onTestFinished(async () => {
    stopped.abort()
    await live.close()
  })
  const following = Array.from({ length: limits.liveStreams }, () =>
    live.follow({ afterSeq: 1e9, signal: stopped.signal }),
  )
  for (const one of following) void one.next()
  expect(() => live.follow({ afterSeq: 0, signal: stopped.signal })).toThrow('clients follow this process')
})

async function note(text: string, incident = number): Promise<void> {
  const answer = await api.call('responder', 'POST', `/v1/incidents/${incident}/notes`, { text })
  expect(answer.status).toBeLessThan(300)
}

function textOf(entry: TimelineEntry): string {
  return entry.kind === 'note' ? entry.data.text : entry.kind
}

async function follow(path: string, lastEventId?: string) {
  const cutting = new AbortController()
  const response = await fetch(url + path, {
    headers: {
      ...authorization('viewer'),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: cutting.signal,
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const events = response
    .body!.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader()
  onTestFinished(() => cutting.abort())
  const next = async () => {
    const { value } = await events.read()
    if (value === undefined) throw new Error('the stream ended')
    return value
  }
  const connected = next()
  return {
    /** The id a client would come back with, before any entry. */
    position: async (): Promise<string> => {
      const { event, id } = await connected
      expect(event).toBe('connected')
      return id ?? ''
    },
    entries: async (count: number): Promise<TimelineEntry[]> => {
      await connected
      const entries: TimelineEntry[] = []
      while (entries.length < count) {
        const { id, data, event } = await next()
        const entry = JSON.parse(data) as TimelineEntry
        expect([id, event]).toEqual([String(entry.seq), entry.kind])
        entries.push(entry)
      }
      return entries
    },
    ended: async (): Promise<boolean> => {
      for (;;) if ((await events.read()).done) return true
    },
    cut: () => cutting.abort(),
  }
}
