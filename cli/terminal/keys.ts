import type { ReadStream } from 'node:tty'

export interface Keys {
  /** One after the other, Ctrl-C as `\u0003`. What arrows and the like send is left out. */
  keys: AsyncIterable<string>
  /** The terminal reads lines again, and no key comes any more. */
  close(): void
}

/** Reads a terminal key by key; Ctrl-C is one of them and ends nothing by itself. */
export function readKeys(stdin: NodeJS.ReadStream & Partial<ReadStream>): Keys {
  const closed = new AbortController()
  stdin.setRawMode?.(true)
  stdin.setEncoding('utf8')
  stdin.resume()

  async function* keys(): AsyncGenerator<string> {
    const waiting: string[] = []
    let wake = (): void => undefined
    const onData = (text: string): void => {
      waiting.push(...keysIn(text))
      wake()
    }
    const onEnd = (): void => closed.abort()
    stdin.on('data', onData)
    stdin.once('end', onEnd)
    closed.signal.addEventListener('abort', () => wake())
    try {
      while (!closed.signal.aborted || waiting.length > 0) {
        const key = waiting.shift()
        if (key !== undefined) yield key
        else await new Promise<void>(resolve => (wake = resolve))
      }
    } finally {
      stdin.off('data', onData)
      stdin.off('end', onEnd)
    }
  }
  return {
    keys: keys(),
    close() {
      stdin.setRawMode?.(false)
      stdin.pause()
      closed.abort()
    },
  }
}

/** Escape alone is a key; what follows one at once belongs to an arrow or a function key. */
function keysIn(text: string): string[] {
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  return Array.from(text.replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|O.)/g, ''))
}
