import { type ErrorCode, errorCodes, hintOf } from '../../contracts/error-codes.ts'
import { rolesFor } from '../../contracts/principals.ts'
import { errorReply, type ErrorReply } from '../../contracts/views.ts'
import { type Access, isSourceAccess } from '../access.ts'
import type { ErrorExample, Example, RouteDocumentation } from '../documented.ts'
import { exampleRequestId } from '../examples.ts'
import type { RouteTableEntry } from '../route-table.ts'
import { errorsOf } from './errors.ts'
import { type JsonSchema, replyReference, requestSchema } from './json-schemas.ts'
import type { NamedExample, Operation, Parameter, Response } from './openapi.ts'

/** One operation. What belongs to one example carries its name everywhere: parameters, body and reply. */
export function toOperation(route: RouteTableEntry): Operation {
  const { access, documentation } = route
  const { chapter, id, summary, description } = documentation
  const body = documentation.rawBody ?? documentation.schema.body
  return {
    operationId: id,
    tags: [chapter],
    summary,
    description: `${description}\n\n${whoMay(access)}`,
    ...(access === 'public' && { security: [] }),
    parameters: [
      ...toParameters(route, 'path', documentation.schema.params),
      ...toParameters(route, 'query', documentation.schema.querystring),
    ],
    ...(body !== undefined && { requestBody: toRequestBody(route, requestSchema(body)) }),
    responses: { ...toReplies(route), ...toErrors(route) },
  }
}

function whoMay(access: Access): string {
  if (access === 'public') return 'Who may: everybody, without a token.'
  if (isSourceAccess(access))
    return `Who may: sources of kind \`${access.slice('source:'.length)}\`, and principals with the role ingest.`
  return `Who may: ${rolesFor(access).join(', ')} (verb \`${access}\`).`
}

/** Every request that is shown, by the name of its example: the usual ones, and those that are refused. */
function requests(route: RouteTableEntry): [string, Example | ErrorExample][] {
  return [...Object.entries(route.documentation.examples), ...Object.entries(errorsOf(route))]
}

/** What a list of examples shows. */
function titleOf(name: string, request: Example | ErrorExample): string {
  return 'summary' in request ? request.summary : `${name}: ${request.message}`
}

function toParameters(
  route: RouteTableEntry,
  place: 'path' | 'query',
  schema: RouteDocumentation['schema']['params'],
): Parameter[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = requestSchema(schema)
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as JsonSchema
    const shown = requests(route).flatMap(([example, request]) => {
      const value = (place === 'path' ? request.params : request.query)?.[name]
      return value === undefined ? [] : [[example, { summary: titleOf(example, request), value }] as const]
    })
    // In a path, whatever is not said otherwise is as in the first example.
    const values = shown.filter(
      ([, { value }], at) => place === 'query' || at === 0 || value !== shown[0]?.[1].value,
    )
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
      ...(values.length > 0 && { examples: Object.fromEntries(values) }),
    }
  })
}

function toRequestBody(route: RouteTableEntry, schema: JsonSchema): NonNullable<Operation['requestBody']> {
  const examples: Record<string, NamedExample> = {}
  for (const [name, request] of requests(route)) {
    if (request.body === undefined) continue
    examples[name] = { summary: titleOf(name, request), value: request.body }
  }
  return {
    required: route.documentation.rawBody !== undefined || (schema.required ?? []).length > 0,
    content: { 'application/json': { schema, examples } },
  }
}

function toReplies({ method, url, documentation }: RouteTableEntry): Record<string, Response> {
  const { schema, examples, replyType = 'application/json' } = documentation
  const [usual = 200] = Object.keys(schema.response).map(Number)
  return Object.fromEntries(
    Object.entries(schema.response).map(([status, reply]) => {
      const shown = Object.entries(examples).filter(([, one]) => (one.status ?? usual) === Number(status))
      const isJson = replyType === 'application/json'
      return [
        status,
        {
          description: shown.map(([, { summary }]) => summary).join('; '),
          headers: { 'x-request-id': { $ref: '#/components/headers/x-request-id' } },
          content: {
            [replyType]: {
              schema: isJson ? replyReference(reply, `${method} ${url}`) : { type: 'string' },
              examples: Object.fromEntries(
                shown.map(([name, one]) => [name, { summary: one.summary, value: one.reply }]),
              ),
            },
          },
        },
      ]
    }),
  )
}

/** One response a status, with an example for each code that has it. */
function toErrors(route: RouteTableEntry): Record<string, Response> {
  const shown = errorsOf(route)
  const codes = (Object.keys(shown) as ErrorCode[]).toSorted(
    (one, other) => errorCodes[one].httpStatus - errorCodes[other].httpStatus,
  )
  const byStatus = Map.groupBy(codes, code => errorCodes[code].httpStatus)
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      String(status),
      {
        description: some.map(code => `\`${code}\`: ${errorCodes[code].hint}`).join('\n\n'),
        headers: headersOf(status),
        content: {
          'application/json': {
            schema: replyReference(errorReply, 'errors'),
            examples: Object.fromEntries(some.map(code => [code, errorExample(code, shown[code]!)])),
          },
        },
      },
    ]),
  )
}

function headersOf(status: number): Response['headers'] {
  const names = [
    'x-request-id',
    ...(status === 401 ? ['www-authenticate'] : []),
    ...(status === 503 ? ['retry-after'] : []),
  ]
  return Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }]))
}

function errorExample(code: ErrorCode, { message, fields, hint: ownHint }: ErrorExample): NamedExample {
  const hint = ownHint ?? hintOf(code, fields)
  const value: ErrorReply = {
    error: { code, message, hint, requestId: exampleRequestId, ...(fields !== undefined && { fields }) },
  }
  return { summary: `${code}: ${message}`, value }
}
