import { errorsOf } from '../../api/openapi/errors.ts'
import type { RouteTableEntry } from '../../api/route-table.ts'
import type { Api } from '../../api/validation.ts'
import { errorReply } from '../../contracts/views.ts'

/**
 * Watches what an api answers: a JSON reply that does not fit the schema of its route and status, or an error its route does
 * not document. Gives what it found since it was last asked.
 */
export function watchReplies(app: Api): () => string[] {
  let problems: string[] = []
  app.addHook('preSerialization', async (request, reply, payload) => {
    const { method, url } = request.routeOptions
    const route = app.routeTable.find(one => one.method === method && one.url === url)
    const problem = problemOf(route, reply.statusCode, payload)
    if (problem !== undefined)
      problems.push(`${String(method)} ${url} answered ${reply.statusCode}: ${problem}`)
    return payload
  })
  return () => {
    const found = problems
    problems = []
    return found
  }
}

function problemOf(route: RouteTableEntry | undefined, status: number, payload: unknown): string | undefined {
  const error = errorReply.safeParse(payload)
  if (error.success) {
    const { code } = error.data.error
    // Without a route there is nothing to document: the answer is 404.
    return route === undefined || code in errorsOf(route) ? undefined : `${code} is not documented`
  }
  const schema = route?.documentation.schema.response[status]
  if (schema === undefined) return `there is no schema for ${JSON.stringify(payload)}`
  // What is sent is JSON: a field that is undefined is none.
  return schema.safeParse(JSON.parse(JSON.stringify(payload))).error?.message
}
