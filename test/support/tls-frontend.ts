/** A TLS terminator in front of a real Temporal: demands a client certificate, and notes what each call carried. */
import { readFileSync } from 'node:fs'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Authority, Identity } from './certificates.ts'

export interface TlsFrontend {
  /** `127.0.0.1:port`: never the name in the certificate. */
  address: string
  /** The `authorization` of every call so far; undefined for a call without one. */
  authorizations: (string | undefined)[]
}

export async function startTlsFrontend(options: {
  temporalAddress: string
  identity: Identity
  /** Whose clients may come in. */
  authority: Authority
}): Promise<TlsFrontend> {
  const authorizations: TlsFrontend['authorizations'] = []
  const upstream = http2.connect(`http://${options.temporalAddress}`)
  const server = http2.createSecureServer({
    cert: readFileSync(options.identity.certificate),
    key: readFileSync(options.identity.key),
    ca: readFileSync(options.authority.certificate),
    requestCert: true,
    rejectUnauthorized: true,
  })
  const sessions = new Set<http2.ServerHttp2Session>()
  server.on('session', session => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  server.on('stream', (stream, headers) => {
    authorizations.push(headers.authorization)
    relay(stream, upstream.request(headers))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const session of sessions) session.destroy()
    upstream.destroy()
    await new Promise(resolve => server.close(resolve))
  })
  // A TCP server that listens has a numeric address.
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, authorizations }
}

/** gRPC's status is in the trailers, which have to wait for the body. */
function relay(stream: http2.ServerHttp2Stream, call: http2.ClientHttp2Stream): void {
  let trailers: http2.IncomingHttpHeaders = {}
  call.on('response', (headers, flags) => {
    // An answer without a body carries its status in the headers.
    const endStream = (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0
    stream.respond(headers, endStream ? { endStream } : { waitForTrailers: true })
    if (!endStream) call.pipe(stream)
  })
  call.on('trailers', received => void (trailers = received))
  stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  stream.pipe(call)
  // Either side may hang up at any time; the other one follows.
  stream.on('error', () => call.destroy())
  call.on('error', () => stream.destroy())
  stream.on('close', () => call.destroy())
}
