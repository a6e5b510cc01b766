/** What an OpenAPI document says one can send and what is answered, read from nothing but the document. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'
import type { OpenApi, Operation, Response } from '../../api/openapi/openapi.ts'
import type { ErrorReply } from '../../contracts/views.ts'

export interface Exchange {
  /** `<operation id>/<name of the example>`. */
  title: string
  operation: Operation
  method: string
  /** Path and query of the request. */
  url: string
  body: unknown
  status: string
  reply: Response
  /** Where the reply's media type stands in the document. */
  pointer: string
  mediaType: string
  /** The documented reply. */
  value: unknown
  /** False: the document shows the reply and leaves open what leads to it, as for a database that is down. */
  hasRequest: boolean
}

export function exchangesOf(document: OpenApi): Exchange[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      Object.entries(operation.responses).flatMap(([status, reply]) =>
        Object.entries(reply.content).flatMap(([mediaType, { examples }]) =>
          Object.entries(examples).map(([name, { value }]) => ({
            title: `${operation.operationId}/${name}`,
            operation,
            method: method.toUpperCase(),
            ...requestOf(path, operation, name),
            status,
            reply,
            pointer: ['paths', path, method, 'responses', status, 'content', mediaType]
              .map(part => part.replaceAll('~', '~0').replaceAll('/', '~1'))
              .join('/'),
            mediaType,
            value,
            hasRequest: codeOf(value) !== name || isShown(operation, name),
          })),
        ),
      ),
    ),
  )
}

/** The request of an example: what bears its name, else what the first example says; a query only when it bears the name. */
function requestOf(path: string, operation: Operation, name: string): { url: string; body: unknown } {
  let url = path
  const query = new URLSearchParams()
  for (const parameter of operation.parameters) {
    const examples = parameter.examples ?? {}
    if (parameter.in === 'path') {
      const { value } = examples[name] ?? Object.values(examples)[0]!
      url = url.replace(`{${parameter.name}}`, encodeURIComponent(String(value)))
    } else if (examples[name] !== undefined) {
      query.set(parameter.name, String(examples[name].value))
    }
  }
  const bodies = operation.requestBody?.content['application/json']?.examples ?? {}
  const body = (bodies[name] ?? Object.values(bodies)[0])?.value
  return { url: query.size === 0 ? url : `${url}?${query.toString()}`, body }
}

/** A stream does not end; what it begins with is its answer. */
async function firstOf(answer: globalThis.Response): Promise<string> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  const { value = '' } = await reader.read()
  await reader.cancel()
  return value
}

/** The code of an error reply, which is also the name of its example. */
function codeOf(value: unknown): string | undefined {
  return (value as { error?: { code: string } }).error?.code
}

function isShown(operation: Operation, name: string): boolean {
  const bodies = operation.requestBody?.content['application/json']?.examples ?? {}
  return [...operation.parameters.map(({ examples = {} }) => examples), bodies].some(some => name in some)
}

/** Holds an answer against the document: status, media type, headers, schema, and the code of an error. */
export function createComparison(
  document: OpenApi,
): (exchange: Exchange, answer: globalThis.Response) => Promise<void> {
  // The document is OpenAPI around its schemas, which strict mode does not know.
  const ajv = new Ajv2020({ strict: false, allErrors: true, coerceTypes: false })
  addFormats.default(ajv)
  ajv.addSchema(document, 'document')
  const expectValid = (pointer: string, value: unknown): void => {
    const validate = ajv.compile({ $ref: `document#/${pointer}` })
    expect(validate(value) ? [] : validate.errors).toEqual([])
  }
  return async (exchange, answer) => {
    const { pointer, value, mediaType } = exchange
    const text = mediaType === 'text/event-stream' ? await firstOf(answer) : await answer.text()
    expect({ status: String(answer.status), text }).toMatchObject({ status: exchange.status })
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(mediaType)
    for (const [name, { $ref }] of Object.entries(exchange.reply.headers)) {
      const { schema } = document.components.headers[$ref.split('/').at(-1)!]!
      const header = answer.headers.get(name)
      expectValid(`${$ref.slice('#/'.length)}/schema`, schema.type === 'integer' ? Number(header) : header)
    }
    if (mediaType !== 'application/json') return expectValid(`${pointer}/schema`, text)
    const body: unknown = JSON.parse(text)
    expectValid(`${pointer}/schema`, value)
    expectValid(`${pointer}/schema`, body)
    expect(codeOf(body)).toBe(codeOf(value))
    // A refusal of this very request is known to the word.
    if (codeOf(value) !== undefined && exchange.hasRequest)
      expect(body).toEqual({ error: { ...(value as ErrorReply).error, requestId: expect.any(String) } })
  }
}
