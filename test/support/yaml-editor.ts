/** An editor's half of the Language Server Protocol, with yaml-language-server as its other half: what VS Code and Neovim run. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  type CompletionItem,
  CompletionRequest,
  ConfigurationRequest,
  createProtocolConnection,
  DidOpenTextDocumentNotification,
  ExitNotification,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  type MarkupContent,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentPositionParams,
} from 'vscode-languageserver-protocol/node'
import { projectDir } from './documents.ts'

/** Stands in a text where the cursor is. */
export const cursor = '▮'

export interface YamlEditor {
  /** What is offered at the cursor of a text that lies in this folder of the project. */
  complete: (folder: string, text: string) => Promise<CompletionItem[]>
  /** What is shown when the pointer rests at the cursor. */
  hover: (folder: string, text: string) => Promise<string>
  /** What is marked as wrong: line and column from 1, and the words. */
  diagnose: (folder: string, text: string) => Promise<string[]>
  /** What the server printed beside the protocol, for example that it tried to reach the network. */
  complaints: () => string
  stop: () => Promise<void>
}

/** Starts the server; it reads files of the project and may not open a connection. */
export async function startYamlEditor(): Promise<YamlEditor> {
  const server = spawn(process.execPath, ['--import', withoutNetwork, serverFile, '--stdio'])
  let printed = ''
  server.stderr.on('data', chunk => (printed += String(chunk)))
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  )
  const awaited = new Map<string, (found: string[]) => void>()
  connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
    awaited.get(uri)?.(
      diagnostics.map(
        ({ range: { start }, message }) =>
          `${start.line + 1}:${start.character + 1} ${typeof message === 'string' ? message : message.value}`,
      ),
    )
  })
  connection.onRequest(ConfigurationRequest.type, ({ items }) =>
    items.map(({ section }) => (section === 'yaml' ? settings : {})),
  )
  connection.onRequest(RegistrationRequest.type, () => undefined)
  connection.listen()
  await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: uriOf('.'),
    workspaceFolders: [{ uri: uriOf('.'), name: 'paramedic' }],
    capabilities,
  })
  await connection.sendNotification(InitializedNotification.type, {})

  let opened = 0
  // A file of its own for each text, so that no answer can be about the text before.
  const open = async (folder: string, text: string): Promise<TextDocumentPositionParams> => {
    const uri = uriOf(join(folder, `opened-${(opened += 1)}.yaml`))
    const before = text.split(cursor, 1)[0]!.split('\n')
    await connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: 'yaml', version: 1, text: text.replace(cursor, '') },
    })
    return { textDocument: { uri }, position: { line: before.length - 1, character: before.at(-1)!.length } }
  }

  return {
    async complete(folder, text) {
      const found = await connection.sendRequest(CompletionRequest.type, await open(folder, text))
      return Array.isArray(found) ? found : (found?.items ?? [])
    },
    async hover(folder, text) {
      const found = await connection.sendRequest(HoverRequest.type, await open(folder, text))
      return (found?.contents as MarkupContent | undefined)?.value ?? ''
    },
    async diagnose(folder, text) {
      const { promise, resolve } = Promise.withResolvers<string[]>()
      awaited.set(uriOf(join(folder, `opened-${opened + 1}.yaml`)), resolve)
      await open(folder, text)
      return promise
    },
    complaints: () => printed,
    async stop() {
      const exited = once(server, 'exit')
      await connection.sendRequest(ShutdownRequest.type)
      await connection.sendNotification(ExitNotification.type)
      await exited
      connection.dispose()
    },
  }
}

const serverFile = join(
  fileURLToPath(import.meta.resolve('yaml-language-server')),
  '../../../bin/yaml-language-server',
)

const withoutNetwork = `data:text/javascript,${encodeURIComponent(`
  import { Socket } from 'node:net'
  Socket.prototype.connect = function (...to) {
    process.stderr.write('connects to ' + JSON.stringify(to.flat()[0]?.host))
    throw new Error('There is no network.')
  }
`)}`

/** As docs/runbooks.md says it for editors. */
const settings = { completion: true, hover: true, validate: true, schemaStore: { enable: false, url: '' } }

const capabilities = {
  workspace: { configuration: true },
  textDocument: {
    completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown' as const] } },
    hover: { contentFormat: ['markdown' as const] },
    publishDiagnostics: {},
  },
}

function uriOf(file: string): string {
  return pathToFileURL(join(projectDir, file)).href
}
