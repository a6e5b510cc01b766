/** Who is told a piece of news: the stakeholders of the configuration, whom the runbook names, and services with an alarm of their own. Pure. */
import type { CommunicationEvent, Told } from '../contracts/communication.ts'
import type { Configuration } from '../contracts/configuration.ts'
import type { StakeholderConfiguration } from '../contracts/configuration/people.ts'
import { everyPageGoesTo, type Recipient, whoIsCalled } from '../contracts/directory.ts'
import { evaluateCondition, incidentScope } from '../language/conditions.ts'
import type { NewTelling, UnaddressedNews } from '../store/news.ts'

export type People = Pick<Configuration, 'channels' | 'contacts' | 'fallback' | 'stakeholders'>

/** One message for each of them, whatever number of rules names them. */
export function tellingsOf(unaddressed: UnaddressedNews, people: People): NewTelling[] {
  const { id, news, pagers } = unaddressed
  const { event, incident } = news
  const telling = (recipient: string, says: readonly string[] = []): NewTelling => {
    const key = `${incident}/news/${id}/${recipient}`
    const content = { kind: 'news', key, news: says.length === 0 ? news : { ...news, says } } as const
    return { key, kind: 'news', recipient, incident, content }
  }
  const configured = people.stakeholders.filter(stakeholder => concerns(stakeholder, unaddressed))
  // Who heard that it is mitigated has to hear that it is not, whatever holds by now.
  const names = [...configured.map(({ name }) => name), ...unaddressed.heardMitigated]
  const said = new Map<string, readonly string[]>(names.map(name => [name, []]))
  for (const { tell, say } of toldByRunbook(unaddressed))
    for (const name of behind(tell, news.system, people))
      said.set(name, [...(said.get(name) ?? []), ...(say === undefined ? [] : [say])])
  // A pager hears of the end and of whoever took it; opening and severity came with the page.
  const alarms = event === 'acknowledged' || event === 'resolved' ? pagers : []
  return [
    ...[...said].map(([name, says]) => telling(name, says)),
    ...alarms.map(channel => ({ ...telling(`alarm ${channel}`), channel })),
  ]
}

function concerns(
  { on, systems, severities }: StakeholderConfiguration,
  { news: { event, system }, worst, isRoutine, isQuiet }: UnaddressedNews,
): boolean {
  // For whoever hears of incidents, a routine becomes one when it needs people: that is its opening, whenever it is told.
  if (isQuiet || (isRoutine && event === 'opened')) return false
  const happened = event === 'needs-people' ? 'opened' : event
  return (
    on.some(one => one === happened) &&
    (systems === undefined || systems.includes(system)) &&
    // Is, or has been, this severe.
    severities.some(severity => severity >= worst)
  )
}

function toldByRunbook({ news, tells, communication, phase }: UnaddressedNews): readonly Told[] {
  if (news.event === 'update') return tells
  if (news.event === 'needs-people') return []
  // A rule about the one is a rule about the other.
  const event: CommunicationEvent = news.event === 'recovery-lost' ? 'mitigated' : news.event
  const { severity, impact = 'unknown' } = news
  return communication.filter(({ on = [], when }) => {
    if (!on.includes(event)) return false
    if (when === undefined) return true
    const at = news.event === 'recovery-lost' ? 'verification' : phase
    const evaluated = evaluateCondition(when, incidentScope({ severity, impact, phase: at }))
    // Without data they are told.
    return !('value' in evaluated) || evaluated.value
  })
}

/** Whom a runbook means: stakeholders by their names, else functions and contacts; a name without anybody stays, and is seen to fail. */
function behind(names: readonly string[], system: string, people: People): string[] {
  const { stakeholders, contacts } = people
  const isStakeholder = (name: string): boolean => stakeholders.some(known => known.name === name)
  const others = names.filter(name => !isStakeholder(name))
  const everywhere = others.length === 0 ? [] : everyPageGoesTo(people)
  const { recipients, nobody } = whoIsCalled(others, system, contacts)
  const called =
    everywhere.length > 0
      ? everywhere.map(({ name }) => name)
      : [...recipients.map(({ name }) => name), ...nobody]
  return [...new Set([...names.filter(isStakeholder), ...called])]
}

/** Somebody who is told, as the configuration of today reaches them; who is gone from it is not reached any more, and that is seen. */
export function recipientNamed(name: string, people: People): Recipient {
  const known = [...people.stakeholders, ...people.contacts].find(one => one.name === name)
  if (known !== undefined) return { name, routes: known.reach }
  return everyPageGoesTo(people).find(one => one.name === name) ?? { name, routes: [] }
}
