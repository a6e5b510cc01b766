/** The api listening on loopback, and people who send it what its documentation shows. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ApiDependencies } from '../../api/app.ts'
import type { OpenApi } from '../../api/openapi/openapi.ts'
import { can } from '../../contracts/principals.ts'
import {
  type ApiUnderTest,
  authorization,
  type Somebody,
  startApi,
  testConfiguration,
} from './api-under-test.ts'
import type { Exchange } from './documented-exchanges.ts'

export interface DocumentedService extends ApiUnderTest {
  url: string
  document(): Promise<OpenApi>
  /** As somebody who may, unless told otherwise. */
  send(
    exchange: Exchange,
    changes?: { as?: Somebody; headers?: Record<string, string>; body?: string },
  ): Promise<Response>
  /** Says that a body of this length comes, and waits for the answer instead of sending it. */
  announce(exchange: Exchange, bytes: number): Promise<Response>
}

export async function startDocumentedService(
  serverUrl: string,
  changes: Partial<ApiDependencies> = {},
  template?: string,
): Promise<DocumentedService> {
  const api = await startApi(serverUrl, changes, template)
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`

  /** Who may use the operation; a verb that nobody holds is a hole in the test's configuration. */
  function whoMay({ operation }: Exchange): Somebody {
    const { access } = api.app.routeTable.find(one => one.documentation.id === operation.operationId)!
    if (access === 'public') return 'anonymous'
    if (access.startsWith('source:')) return access.slice('source:'.length) as Somebody
    // The on-call first: gates ask for more than a verb.
    const { principals } = testConfiguration
    const somebody = principals
      .toReversed()
      .find(principal => can(principal, access as Parameters<typeof can>[1]))
    if (somebody === undefined) throw new Error(`No principal of the tests may ${access}.`)
    return somebody.name as Somebody
  }

  return {
    ...api,
    url,
    document: async () => (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi,
    send(exchange, { as = whoMay(exchange), headers = {}, body = JSON.stringify(exchange.body) } = {}) {
      const type = body === undefined ? {} : { 'content-type': 'application/json' }
      return fetch(`${url}${exchange.url}`, {
        method: exchange.method,
        headers: { ...type, ...authorization(as), ...headers },
        ...(body !== undefined && { body }),
      })
    },
    async announce(exchange, bytes) {
      const announced = request(`${url}${exchange.url}`, {
        method: exchange.method,
        headers: {
          ...authorization(whoMay(exchange)),
          'content-type': 'application/json',
          'content-length': bytes,
        },
      })
      announced.flushHeaders()
      const [answer] = (await once(announced, 'response')) as [IncomingMessage]
      const read = new Response(await text(answer), {
        status: answer.statusCode ?? 0,
        headers: answer.headers as Record<string, string>,
      })
      announced.destroy()
      return read
    },
  }
}
