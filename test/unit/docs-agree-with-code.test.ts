import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { createApp } from '../../api/app.ts'
import { define as defineAlert } from '../../cli/commands/alert.ts'
import { define as defineAudit } from '../../cli/commands/audit.ts'
import { define as defineAction } from '../../cli/commands/action.ts'
import { define as defineConfig } from '../../cli/commands/config.ts'
import { define as defineContact } from '../../cli/commands/contact.ts'
import { define as defineDrill } from '../../cli/commands/drill.ts'
import { define as defineDoctor } from '../../cli/commands/doctor.ts'
import { define as defineFreeze } from '../../cli/commands/freeze.ts'
import { define as defineGate } from '../../cli/commands/gate.ts'
import { define as defineIncident } from '../../cli/commands/incident.ts'
import { define as defineRule } from '../../cli/commands/rule.ts'
import { define as definePostmortem } from '../../cli/commands/postmortem.ts'
import { define as defineRunbook } from '../../cli/commands/runbook.ts'
import { define as defineSandbox } from '../../cli/commands/sandbox.ts'
import { exitCodes } from '../../cli/exit-codes.ts'
import { configurationSchema } from '../../contracts/configuration.ts'
import { errorCodes } from '../../contracts/error-codes.ts'
import { rolesFor, verbs } from '../../contracts/principals.ts'
import { DEFAULT_PORTS } from '../../embedded/ports.ts'
import { alertmanagerSource } from '../../integrations/alertmanager-source.ts'
import { faultCodes } from '../../language/fault.ts'
import { parseConfiguration } from '../../language/parse-configuration.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import type { Pool } from '../../store/database.ts'
import {
  allPages,
  anchorOf,
  chapter,
  codeBlocks,
  codeTitles,
  exampleValue,
  localLinks,
  page,
  sectionOf,
  sections,
  source,
  tableRows,
} from '../support/documents.ts'

const pages = allPages()
const readme = page('README.md')
const runbooks = page('docs/runbooks.md')
const [api, cli, configuration, errors] = ['api', 'cli', 'configuration', 'errors'].map(name =>
  page(`docs/${name}.md`),
) as [typeof readme, typeof readme, typeof readme, typeof readme]

describe('every page', () => {
  test.each(pages.map(one => [one.file, one] as const))(
    '%s has one title and links that lead somewhere',
    (_, one) => {
      expect(sections(one).filter(({ level }) => level === 1)).toHaveLength(1)
      const broken = localLinks(one).filter(({ target, anchor }) => !leadsSomewhere(target, anchor))
      expect(broken).toEqual([])
    },
  )
})

function leadsSomewhere(target: string, anchor: string | undefined): boolean {
  if (!existsSync(target)) return false
  if (anchor === undefined) return true
  const found = pages.find(one => target.endsWith(`/${one.file}`))
  return found !== undefined && sections(found).some(({ title }) => anchorOf(title) === anchor)
}

describe('errors', () => {
  const local = matches(source('cli/failure.ts').split('export class')[0]!, /\| '([a-z_]+)'/g)
  const setUp = [
    ...matches(source('embedded/setup-error.ts').split('export class')[0]!, /\| '([a-z_]+)'/g),
    ...matches(source('embedded/bootstrap.mjs'), /new BootstrapError\(\s*'([a-z_]+)'/g),
  ]

  test('every code has its section, and every section its code', () => {
    expect(codeTitles(errors).toSorted()).toEqual(unique([...Object.keys(errorCodes), ...local, ...setUp]))
  })

  test.each(Object.entries(errorCodes))('%s says its family and status', (code, { family, httpStatus }) => {
    const said = /^(\w+), \[?(\d+)\]?\./.exec(sectionOf(errors, code).trim())
    expect([said?.[1], said?.[2]]).toEqual([family, String(httpStatus)])
  })
})

describe('variables', () => {
  const read = unique([
    ...matches(source('configuration.ts'), /^ {2}(PARAMEDIC_\w+): z/gm),
    ...matches(source('configuration.ts'), /fill\('(PARAMEDIC_\w+)'\)/g).map(name => `${name}_FILE`),
    ...matches(source('temporal-environment.ts'), /^ {2}(PARAMEDIC_\w+): z/gm),
    ...matches(source('cli/connection.ts'), /env\['(PARAMEDIC_\w+)'\]/g),
    ...Object.values(DEFAULT_PORTS).map(({ variable }) => variable),
  ])
  const inFirstColumn = (text: string): string[] =>
    unique(tableRows(text).flatMap(([first = '']) => matches(first, /^`(PARAMEDIC_\w+)`$/g)))

  test('docs/configuration.md has those that are read, and no other', () => {
    expect(inFirstColumn(configuration.text)).toEqual(read)
  })

  test('README.md has the same', () => {
    expect(inFirstColumn(chapter(readme, 'Variables'))).toEqual(read)
  })
})

describe('keys of files', () => {
  const rows = [
    ['docs/configuration.md', chapter(configuration, 'paramedic.yaml'), configurationSchema],
  ] as const

  test.each(rows)('%s has every key, and no other', (_, text, schema) => {
    const known = unique(keysOf(schema))
    const told = matches(text, /`([\w.]+)`/g).flatMap(words => words.split('.'))
    expect(known.filter(key => !told.includes(key))).toEqual([])
    const tabled = tableRows(text).flatMap(([first = '']) => matches(first, /^`([\w.]+)`$/g))
    expect(tabled.flatMap(words => words.split('.')).filter(key => !known.includes(key))).toEqual([])
  })
})

/** What zod documents for authors of libraries as `_zod.def`. */
interface Definition {
  shape?: Record<string, z.ZodType>
  innerType?: z.ZodType
  in?: z.ZodType
  element?: z.ZodType
  valueType?: z.ZodType
  options?: z.ZodType[]
}

function keysOf(schema: z.ZodType | undefined): string[] {
  if (schema === undefined) return []
  const { shape = {}, options = [], ...one } = schema._zod.def as Definition
  const inner = [one.innerType, one.in, one.element, one.valueType, ...options]
  const own = Object.entries(shape).flatMap(([key, value]) => [key, ...keysOf(value)])
  return [...own, ...inner.flatMap(keysOf)]
}

test('docs/runbooks.md has every code that the linter gives, as the code says it', () => {
  const ofOthers = ['reference', 'site', 'drill']
  const codes = Object.entries(faultCodes).filter(([code]) => !ofOthers.includes(code))
  const told = sections(runbooks).find(({ title }) => title === 'The linter')?.body ?? ''
  expect(tableRows(told)).toEqual(codes.map(([code, meaning]) => [`\`${code}\``, meaning]))
})

test('each whole runbook in docs/runbooks.md lints', () => {
  const whole = codeBlocks(runbooks, 'yaml').filter(text => text.includes('kind: Runbook'))
  expect(whole.length).toBeGreaterThan(1)
  for (const text of whole) expect(parseRunbook(text, 'docs/runbooks.md')).not.toHaveProperty('faults')
})

describe('the command line', () => {
  const nouns = {
    incident: defineIncident,
    alert: defineAlert,
    rule: defineRule,
    gate: defineGate,
    postmortem: definePostmortem,
    action: defineAction,
    freeze: defineFreeze,
    audit: defineAudit,
    contact: defineContact,
    runbook: defineRunbook,
    drill: defineDrill,
    config: defineConfig,
    sandbox: defineSandbox,
    doctor: defineDoctor,
  }
  const commands = Object.entries(nouns).flatMap(([name, define]) => {
    const noun = new Command(name)
    define(noun)
    const verbs = noun.commands.map(verb => [`${name} ${usageOf(verb)}`, verb] as const)
    return verbs.length > 0 ? verbs : [[name, noun] as const]
  })

  test('each command has its section, and no other', () => {
    expect(Object.keys(nouns)).toEqual(matches(source('cli/main.ts'), /^ +(?:\{ )?name: '(\w+)'/gm))
    expect(codeTitles(cli).toSorted()).toEqual(unique(commands.map(([usage]) => usage)))
  })

  test.each(commands)('%s has its options, and no other', (usage, command) => {
    const flags = command.options.flatMap(({ long }) => long ?? [])
    const told = matches(sectionOf(cli, usage), /`(--[a-z-]+)[^`]*`/g).filter(flag => flag !== '--json')
    expect(unique(told)).toEqual(unique(flags))
  })

  test('the exit codes are told', () => {
    const exits = sections(cli).find(({ title }) => title === 'Exit codes')?.body ?? ''
    expect(tableRows(exits).map(([code]) => Number(code))).toEqual(Object.values(exitCodes))
  })
})

function usageOf(command: Command): string {
  const words = command.registeredArguments.map(argument => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`
    return argument.required ? `<${name}>` : `[${name}]`
  })
  return [command.name(), ...words].join(' ')
}

describe('the API', () => {
  const app = createApp({
    // Routes are declared without a query.
    pool: {} as Pool,
    configuration: { sources: [], principals: [], channels: [], contacts: [] },
    clock: Date.now,
    log: pino({ level: 'silent' }),
    version: '0.0.0',
  })
  const routes = (): (readonly [string, string])[] =>
    app.routeTable.map(({ method, url, access }) => [`${method} ${url}`, access] as const)

  test('every route has its section with who may use it, and no other', async () => {
    await app.ready()
    const titles = codeTitles(api)
    expect(titles.toSorted()).toEqual(unique(routes().map(([route]) => route)))
    const told = titles.map(title => {
      const said = /^(?:Verb )?`([\w.:]+)`/.exec(sectionOf(api, title).trim())
      return [title, said?.[1]]
    })
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(routes()))
  })

  test('every route says the errors that are its own', async () => {
    await app.ready()
    for (const { method, url, documentation } of app.routeTable) {
      const told = /Errors:\s+((?:`\w+`,?\s*)+)/.exec(sectionOf(api, `${method} ${url}`))?.[1] ?? ''
      // What a query may refuse is said once, for all routes.
      const own = Object.keys(documentation.errors ?? {}).filter(code => code !== 'bad_request')
      expect(unique(matches(told, /`(\w+)`/g)), `${method} ${url}`).toEqual(unique(own))
    }
  })

  test('every example of a route fits what it takes or answers', async () => {
    await app.ready()
    for (const { method, url, documentation } of app.routeTable) {
      const { schema, rawBody } = documentation
      const fitting = [rawBody, schema.body, ...Object.values(schema.response)]
      for (const block of codeBlocks({ ...api, text: sectionOf(api, `${method} ${url}`) }, 'json')) {
        const example: unknown = JSON.parse(block)
        expect([url, fitting.some(one => one?.safeParse(example).success)]).toEqual([url, true])
      }
    }
  })

  test('the table of roles is that of the code', () => {
    const expected = verbs.map(verb => [`\`${verb}\``, rolesFor(verb).join(', ')])
    expect(tableRows(chapter(api, 'Roles'))).toEqual(expected)
  })

  test('examples are JSON', () => {
    for (const example of codeBlocks(api, 'json')) expect(() => JSON.parse(example) as unknown).not.toThrow()
  })
})

describe('examples', () => {
  const yaml = pages.flatMap(one => codeBlocks(one, 'yaml').map(text => [one.file, text] as const))
  const of = (kind: string): typeof yaml => yaml.filter(([, text]) => text.includes(`kind: ${kind}\n`))

  test('there are some', () => {
    expect([of('Runbook').length, of('Configuration').length].every(count => count >= 2)).toBe(true)
  })

  test.each(of('Runbook'))('a runbook in %s parses', (file, text) => {
    expect(parseRunbook(text, file)).not.toHaveProperty('faults')
  })

  test.each(of('Configuration'))('a configuration in %s parses', (file, text) => {
    const parsed = parseConfiguration(text, file, exampleValue)
    expect(parsed).not.toHaveProperty('faults')
  })

  test.each([readme, api].map(one => [one.file, one] as const))('the alert posted in %s is one', (_, one) => {
    const bodies = matches(one.text, /-d '(\{[^']+\})'/g)
    expect(bodies).toHaveLength(1)
    const parsed = alertmanagerSource.parse(JSON.parse(bodies[0]!), { source: 'alertmanager', atMs: 0 })
    expect(parsed).toMatchObject({ alerts: [{ name: 'OrdersConnectionsHigh' }] })
  })

  test('README.md shows the hash its runbook has', () => {
    const [, text] = of('Runbook').find(([file]) => file === readme.file)!
    const parsed = parseRunbook(text, readme.file)
    expect('hash' in parsed && readme.text.includes(parsed.hash.slice(0, 12))).toBe(true)
  })
})

test('files named in ARCHITECTURE.md and CONTRIBUTING.md exist', () => {
  const named = ['ARCHITECTURE.md', 'CONTRIBUTING.md'].flatMap(file =>
    matches(source(file), /`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjs|md|yaml))`/g),
  )
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter(file => !existsSync(new URL(`../../${file}`, import.meta.url)))).toEqual([])
})

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(match => match[1]!)
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)].toSorted()
}
