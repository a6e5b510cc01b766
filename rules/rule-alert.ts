/** What a rule reports, in the words of every other source of alerts. */
import type { IncomingAlert } from '../contracts/alert.ts'
import { readableNumber, type RuleAlert, type RuleState } from '../contracts/rule.ts'
import type { AcceptedDelivery } from '../store/deliveries.ts'
import type { Rule } from './edition.ts'

/** The source that alerts of rules are filed under, and its kind. */
const ruleSource = 'rules'

/** The alert as it is reported while it fires; its labels say what it is, its annotations how it is now. */
export function firingAlert(rule: Rule, state: RuleState): RuleAlert {
  const { name, alert = name, title, message, severity, category, system, environment, labels } = rule
  const values = { value: shown(state.value), threshold: shown(rule.value) }
  return {
    name: alert,
    labels: {
      ...labels,
      alertname: alert,
      system,
      environment,
      severity,
      ...(category === undefined ? {} : { category }),
      rule: name,
    },
    annotations: {
      summary: title,
      ...(message === undefined ? {} : { description: filled(message, values) }),
      ...(state.value === undefined ? {} : { value: values.value }),
    },
  }
}

/** One pass over the message: a value that looks like a place to fill stays a value. */
function filled(message: string, values: { value: string; threshold: string }): string {
  return message.replace(/\{(value|threshold)\}/g, (_, name: keyof typeof values) => values[name])
}

function shown(value: number | undefined): string {
  return value === undefined ? 'no value' : readableNumber(value)
}

/** The delivery of one report, stored by the same statement as a webhook's. Its key is the rule's name, whatever it says. */
export function ruleDelivery(
  rule: string,
  alert: RuleAlert,
  report: { status: IncomingAlert['status']; startsAtMs: number; atMs: number; because?: string },
): AcceptedDelivery {
  const { status, startsAtMs, atMs, because } = report
  const annotations = {
    ...alert.annotations,
    ...(because === undefined ? {} : { resolved_because: because }),
  }
  const incoming: IncomingAlert = {
    dedupKey: `${ruleSource}/rule/${rule}`,
    alertKey: `${ruleSource}/rule/${rule}`,
    status,
    ...alert,
    annotations,
    startsAtMs,
    ...(status === 'resolved' ? { endsAtMs: atMs } : {}),
  }
  const body = { rule, status, startsAt: startsAtMs, at: atMs, ...alert, annotations }
  return {
    source: ruleSource,
    sourceKind: ruleSource,
    body: Buffer.from(JSON.stringify(body)),
    alerts: [incoming],
    truncatedAlerts: 0,
    atMs,
  }
}
