import type { Command } from 'commander'
import type { ContactList, ContactTestView, ContactView, RouteView } from '../../contracts/contact-views.ts'
import { withExamples } from '../command-help.ts'
import { listed } from '../narrate/narration.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned } from '../terminal/plain-text.ts'
import { asTyped } from '../terminal/shell-word.ts'
import { type Row, table } from '../terminal/table.ts'

export function define(noun: Command): void {
  withExamples(
    noun
      .command('list')
      .description('who stands behind which function, and by which channels')
      .option('--system <name>', 'only those who are called for this system')
      .action(({ system }: { system?: string }, command: Command) =>
        inSession(command, session => list(session, system)),
      ),
    ['contact list', 'contact list --system orders --json'],
    ['Addresses are whole for responders, approvers and admins.'],
  )
  withExamples(
    noun
      .command('test')
      .description('send a marked test message by each channel of a contact')
      .argument('<name>', 'the contact')
      .action((name: string, _: object, command: Command) =>
        inSession(command, session => test(session, name)),
      ),
    ['contact test mia'],
    ['Admins only; it is on record. A worker sends it.'],
  )
}

async function list(session: Session, system: string | undefined): Promise<void> {
  const answer = await session.api().get<ContactList>('/v1/contacts', { system })
  if (session.isJson) return session.printJson(answer)
  const { contacts, fallback, everyPage } = cleaned(answer)
  const { terminal } = session
  const width = terminal.isInteractive ? terminal.width() : Infinity
  if (contacts.length === 0)
    terminal.print([
      system === undefined
        ? 'No contact is configured; see docs/reaching-people.md.'
        : `No contact is called for the system ${system}; all of them: npx paramedic contact list`,
    ])
  else terminal.print(table([header, ...contacts.map(rowOf)], terminal.paint, width))
  if (everyPage.length > 0) {
    const ways = listed(everyPage.map(inWords))
    return terminal.print(['', `Nobody can be called by name, so every page goes to ${ways}.`])
  }
  const last =
    fallback === null ? 'the log of the worker, which wakes nobody' : fallback.map(inWords).join(', then ')
  terminal.print(['', terminal.paint.quiet(`Whoever cannot be reached: ${last}`)])
  const [first] = contacts.filter(({ reach }) => reach.length > 0)
  if (first !== undefined)
    terminal.print([terminal.paint.command(`npx paramedic contact test ${asTyped(first.name)}`)])
}

const header: Row = ['NAME', 'CALLED FOR', 'SYSTEMS', 'REACHED BY'].map(text => ({
  text,
  tone: 'quiet' as const,
}))

function rowOf({ name, title, functions, systems, reach, link }: ContactView): Row {
  const ways = [...reach.map(inWords), ...(link === null ? [] : [link])]
  return [
    { text: title === null ? name : `${name} (${title})`, tone: 'strong' },
    functions.join(', '),
    systems === null ? 'all' : systems.join(', '),
    ways.join(', then '),
  ]
}

function inWords({ channel, kind, to }: RouteView): string {
  return `${channel} (${kind}${to === null ? '' : ` ${to}`})`
}

async function test(session: Session, name: string): Promise<void> {
  const answer = await session
    .api()
    .post<ContactTestView>(`/v1/contacts/${encodeURIComponent(name)}/test`, {})
  if (session.isJson) return session.printJson(answer)
  const { contact, channels } = cleaned(answer)
  session.terminal.print([
    session.terminal.paint.good(`A test for ${contact} is on its way by ${listed(channels)}.`),
    'What does not arrive within a minute is shown by:',
    session.terminal.paint.command('npx paramedic doctor'),
  ])
}
