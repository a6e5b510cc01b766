/** Hears from the service that something changed, over one connection that is renewed when it breaks. */
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { pause } from './api-client.ts'
import type { Connection } from './connection.ts'

export interface LiveChanges {
  /**
   * Waits for news, at most `withinMs`. True when the service is to be asked: something changed, or nobody would say so
   * because there is no live connection.
   */
  next(withinMs: number): Promise<boolean>
}

/** The service sends a sign of life every 15 s; three of them missed is a connection that only seems to be there. */
const silentForMs = 45_000
const againAfterMs = 1_000

/** Follows an incident from behind entry `afterSeq` until the signal aborts; never throws, whatever becomes of the connection. */
export function followChanges(
  connection: Connection,
  number: string,
  afterSeq: number,
  signal: AbortSignal,
): LiveChanges {
  const path = `/v1/incidents/${number}/events?after=${afterSeq}`
  let isLive = false
  let isChanged = false
  let wake = (): void => undefined
  const change = (): void => {
    isChanged = true
    wake()
  }
  void keepFollowing()

  async function keepFollowing(): Promise<void> {
    let lastId = ''
    while (!signal.aborted) {
      try {
        for await (const { id, event } of eventsOf(connection, path, lastId, signal)) {
          // The position is where we are already when we come back to it.
          if (!isLive || event !== 'connected') change()
          isLive = true
          lastId = id ?? lastId
        }
      } catch {
        // Asking every time shows the person what is wrong, and works without a stream as well.
      }
      isLive = false
      await pause(againAfterMs, signal)
    }
  }

  async function next(withinMs: number): Promise<boolean> {
    if (!isChanged) {
      const waiting = new AbortController()
      wake = () => waiting.abort()
      await pause(withinMs, AbortSignal.any([signal, waiting.signal]))
    }
    const isToAsk = isChanged || !isLive
    isChanged = false
    return isToAsk
  }
  return { next }
}

async function* eventsOf(
  { apiUrl, token }: Connection,
  path: string,
  lastId: string,
  signal: AbortSignal,
): AsyncGenerator<{ id?: string | undefined; event?: string | undefined }> {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), silentForMs)
  try {
    const response = await fetch(`${apiUrl}${path}`, {
      headers: {
        accept: 'text/event-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(lastId === '' ? {} : { 'last-event-id': lastId }),
      },
      signal: AbortSignal.any([signal, silence.signal]),
      // A redirect could carry the token to another host.
      redirect: 'error',
    })
    if (!response.ok || response.body === null) return
    const events = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream({ onComment: () => void timer.refresh() }))
    for await (const event of events) {
      timer.refresh()
      yield event
    }
  } finally {
    clearTimeout(timer)
  }
}
