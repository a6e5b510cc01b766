import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { parse } from 'yaml'
import type { OpenApi, Operation } from '../../api/openapi/openapi.ts'
import { type DocumentedService, startDocumentedService } from '../support/documented-service.ts'

let service: DocumentedService
let document: OpenApi
let operations: Operation[]
beforeAll(async () => {
  service = await startDocumentedService(inject('postgresUrl'))
  document = await service.document()
  operations = Object.values(document.paths).flatMap(methods => Object.values(methods))
})
afterAll(() => service.close())

test('the document is OpenAPI 3.1', async () => {
  const validator = new Validator({ strict: false })
  expect(await validator.validate(structuredClone(document) as Record<string, unknown>)).toEqual({
    valid: true,
  })
  expect(validator.version).toBe('3.1')
})

test('every route is in it, and nothing else', () => {
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  )
  expect(documented.toSorted()).toEqual(
    service.app.routeTable.map(({ method, url }) => `${method} ${url}`).toSorted(),
  )
})

test('every operation has a name of its own, an example of success, and says who may', () => {
  const ids = operations.map(({ operationId }) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { operationId, responses, description } of operations) {
    const shown = Object.entries(responses).filter(([status]) => status.startsWith('2'))
    const examples = shown.flatMap(([, { content }]) =>
      Object.values(content).flatMap(one => Object.keys(one.examples)),
    )
    expect(examples, operationId).not.toEqual([])
    expect(description, operationId).toMatch(/\n\nWho may: /)
  }
})

test('what takes a query or a number says how it refuses a wrong one', () => {
  const wanting = operations.filter(({ parameters }) =>
    parameters.some(one => one.in === 'query' || one.name === 'number'),
  )
  expect(wanting.length).toBeGreaterThan(10)
  expect(wanting.filter(({ responses }) => responses['400'] === undefined)).toEqual([])
})

test('as YAML it is the same', async () => {
  const yaml = await (await fetch(`${service.url}/openapi.yaml`)).text()
  expect(parse(yaml)).toEqual(document)
})

test('the page needs no token, is made of files of this service, and may fetch nothing else', async () => {
  const page = await fetch(`${service.url}/docs`)
  const html = await page.text()
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
  expect(html).not.toMatch(/<script>|<style|style=|https?:/)
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file)
  expect(files).toContain('docs/swagger-ui-bundle.js')
  for (const file of files) {
    const answer = await fetch(new URL(file, `${service.url}/docs`))
    expect([file, answer.status]).toEqual([file, 200])
  }
})
