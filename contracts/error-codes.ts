/**
 * Every code a person or program can meet. The family says what must happen next: `refused` change the request,
 * `unavailable` try again, `rejected` the target said no for good, `bug` an invariant of ours is broken.
 */
interface ErrorCodeEntry {
  family: 'refused' | 'unavailable' | 'rejected' | 'bug'
  httpStatus: number
  /** What to do, as one sentence; a command ends it, so that it can be copied, and `{number}` is a field of the error. */
  hint: string
}

export const errorCodes = {
  bad_json: { family: 'refused', httpStatus: 400, hint: 'Send one JSON object as application/json.' },
  bad_payload: {
    family: 'refused',
    httpStatus: 400,
    hint: 'Compare the body with the documented shape of this route.',
  },
  bad_request: {
    family: 'refused',
    httpStatus: 400,
    hint: 'Correct the named field and send the request again.',
  },
  unauthenticated: {
    family: 'refused',
    httpStatus: 401,
    hint: 'Send `Authorization: Bearer <token>` with a token of this service.',
  },
  forbidden: { family: 'refused', httpStatus: 403, hint: 'Ask somebody who holds the named role.' },
  not_found: {
    family: 'refused',
    httpStatus: 404,
    hint: 'Check the number or path; what there is: npx paramedic incident list',
  },
  incident_not_open: {
    family: 'refused',
    httpStatus: 409,
    hint: 'Nothing more can be decided in it; what happened: npx paramedic incident show {number}',
  },
  gate_already_decided: {
    family: 'refused',
    httpStatus: 409,
    hint: 'Somebody or the clock was faster; what followed: npx paramedic incident show {number}',
  },
  plan_changed: {
    family: 'refused',
    httpStatus: 409,
    hint: 'Decide on what the plan says now: npx paramedic incident show {number}',
  },
  runbook_changed: {
    family: 'refused',
    httpStatus: 409,
    hint: 'Read what the version in force would change: npx paramedic incident rebase {number}',
  },
  temporary_in_place: {
    family: 'refused',
    httpStatus: 409,
    hint: 'It is taken back when the incident has recovered, or when a person ends it: npx paramedic incident resolve {number} --reason "..."',
  },
  routine_not_moved: {
    family: 'refused',
    httpStatus: 409,
    hint: 'End it, and start a run of the version in force: npx paramedic incident cancel {number} --reason "...", then npx paramedic runbook run {runbook}',
  },
  incident_not_started: {
    family: 'unavailable',
    httpStatus: 503,
    hint: 'It begins as soon as Temporal takes it; what is down: npx paramedic doctor',
  },
  history_not_archived: {
    family: 'refused',
    httpStatus: 409,
    hint: 'Wait until the incident has closed and its history is archived; how far it is: npx paramedic incident show {number}',
  },
  reason_required: {
    family: 'refused',
    httpStatus: 409,
    hint: 'Alerts are still firing; say why it may end all the same: npx paramedic incident resolve {number} --reason "..."',
  },
  postmortem_changed: {
    family: 'refused',
    httpStatus: 409,
    hint: 'Put your text into the newer version and send it again, nothing of either is lost: npx paramedic postmortem show {number}',
  },
  postmortem_incomplete: {
    family: 'refused',
    httpStatus: 409,
    hint: 'Fill in what is named: npx paramedic postmortem edit {number}',
  },
  postmortem_published: {
    family: 'refused',
    httpStatus: 409,
    hint: 'To change it, open it again: npx paramedic postmortem reopen {number} --reason "..."',
  },
  postmortem_not_published: {
    family: 'refused',
    httpStatus: 409,
    hint: 'It is still being written; to change it: npx paramedic postmortem edit {number}',
  },
  own_work: {
    family: 'refused',
    httpStatus: 409,
    hint: 'It can be published without a review, and says so then; with one, somebody else says: npx paramedic postmortem review {number}',
  },
  too_large: {
    family: 'refused',
    httpStatus: 413,
    hint: 'Send smaller groups; Alertmanager: set max_alerts on the receiver.',
  },
  too_deep: {
    family: 'refused',
    httpStatus: 400,
    hint: 'Compare the body with the documented shape of this route; none is nested more than a few levels.',
  },
  unsupported_media_type: { family: 'refused', httpStatus: 415, hint: 'Send the body as application/json.' },
  unsupported_encoding: {
    family: 'refused',
    httpStatus: 415,
    hint: 'Send the body as it is, without compressing it and without the header Content-Encoding.',
  },
  shutting_down: {
    family: 'unavailable',
    httpStatus: 503,
    hint: 'The service is stopping; send the request again in a few seconds.',
  },
  temporal_unavailable: {
    family: 'unavailable',
    httpStatus: 503,
    hint: 'Targets are reached by workers through Temporal; what is down: npx paramedic doctor',
  },
  too_many_questions: {
    family: 'unavailable',
    httpStatus: 429,
    hint: 'Each of these questions measures production; wait for the answer of the one before, and a little.',
  },
  too_many_streams: {
    family: 'unavailable',
    httpStatus: 503,
    hint: 'Too many clients follow live; try again later, or ask for the timeline now and then.',
  },
  database_unavailable: {
    family: 'unavailable',
    httpStatus: 503,
    hint: 'PostgreSQL did not answer; send the request again, nothing was stored.',
  },
  target_unavailable: {
    family: 'unavailable',
    httpStatus: 502,
    hint: 'The target did not answer; check its address and that Paramedic may reach it.',
  },
  target_rejected: {
    family: 'rejected',
    httpStatus: 502,
    hint: 'The target refused for good; read its answer.',
  },
  target_unknown: {
    family: 'rejected',
    httpStatus: 409,
    hint: 'Add the target to the configuration of every worker, or correct its name.',
  },
  not_one_number: {
    family: 'rejected',
    httpStatus: 502,
    hint: 'Write the query of the rule so that it gives exactly one number.',
  },
  not_rebuildable: {
    family: 'rejected',
    httpStatus: 409,
    hint: 'Only what the target declares rebuildable may be deleted.',
  },
  above_limit: {
    family: 'rejected',
    httpStatus: 409,
    hint: 'See what has grown; raise the limit of the step or of the target only when that much may really go.',
  },
  identity_changed: {
    family: 'rejected',
    httpStatus: 409,
    hint: 'The target is not the one that was planned; a new plan has to be approved.',
  },
  deadline_passed: {
    family: 'rejected',
    httpStatus: 409,
    hint: 'The worker was held up past the deadline of its claim; nothing was done.',
  },
  effect_cancelled: {
    family: 'rejected',
    httpStatus: 409,
    hint: 'The incident took another turn; what was done before stays done.',
  },
  frozen: {
    family: 'rejected',
    httpStatus: 409,
    hint: 'A freeze is on; to lift it: npx paramedic freeze off',
  },
  runbooks_changed: {
    family: 'refused',
    httpStatus: 409,
    hint: 'See what your sync would change now, and send it again: npx paramedic runbook sync --check',
  },
  not_a_routine: {
    family: 'refused',
    httpStatus: 409,
    hint: 'What would be done about an alert: npx paramedic runbook test --alert alert.json --live',
  },
  routine_running: {
    family: 'refused',
    httpStatus: 409,
    hint: 'One run of a routine is open at a time; how this one stands: npx paramedic incident show {number}',
  },
  nobody_called: {
    family: 'refused',
    httpStatus: 409,
    hint: 'There is nothing to take yet; it calls people when it needs them, and how it stands says: npx paramedic incident show {number}',
  },
  own_run: {
    family: 'refused',
    httpStatus: 409,
    hint: 'Whoever starts a run does not allow its steps as well; ask another approver to decide: npx paramedic gate list',
  },
  invalid_runbook: {
    family: 'refused',
    httpStatus: 400,
    hint: 'The runbook was not loaded. Correct the named line and check again: npx paramedic runbook lint',
  },
  invalid_configuration: {
    family: 'refused',
    httpStatus: 400,
    hint: 'Correct the named lines and check again: npx paramedic config check',
  },
  no_data: {
    family: 'rejected',
    httpStatus: 409,
    hint: 'Nothing was measured; check that the metric exists and that the query finds it.',
  },
  internal: {
    family: 'bug',
    httpStatus: 500,
    hint: 'This is a fault of Paramedic; the log has the details under the same request id.',
  },
} as const satisfies Record<string, ErrorCodeEntry>

export type ErrorCode = keyof typeof errorCodes

/** The hint with what the error names; what it does not name stays a place to fill in, `<number>`. */
export function hintOf(code: ErrorCode, fields: Readonly<Record<string, unknown>> = {}): string {
  return errorCodes[code].hint.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = fields[name]
    return typeof value === 'string' ? value : `<${name}>`
  })
}
