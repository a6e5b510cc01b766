/**
 * A workflow interceptor of replays: notes what today's code wants, in its own words, beside Temporal's own check, which
 * compares types and order and not what an activity is told. It changes nothing and adds no turn to the workflow.
 */
import { proxySinks, type Sinks, type WorkflowInterceptorsFactory } from '@temporalio/workflow'

export interface NotingSinks extends Sinks {
  replay: {
    /** As JSON, because the workflow's objects go on changing. */
    note(command: string): void
  }
}

const { replay } = proxySinks<NotingSinks>()

export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity(input, next) {
        const { activityType: type, args, seq } = input
        replay.note(JSON.stringify({ what: 'activity', id: String(seq), type, args }))
        return next(input)
      },
      startTimer(input, next) {
        const { durationMs, seq } = input
        replay.note(JSON.stringify({ what: 'timer', id: String(seq), type: 'timer', args: [durationMs] }))
        return next(input)
      },
      startChildWorkflowExecution(input, next) {
        const { workflowType: type, workflowId: id } = childOf(input)
        replay.note(JSON.stringify({ what: 'child', id, type, args: input.options.args ?? [] }))
        return next(input)
      },
      continueAsNew(input, next) {
        replay.note(JSON.stringify({ what: 'end', id: 'end', type: 'a new run', args: input.args }))
        return next(input)
      },
    },
  ],
  inbound: [
    {
      execute(input, next) {
        const running = next(input)
        return running.then(result => {
          replay.note(JSON.stringify({ what: 'end', id: 'end', type: 'the end', args: [result] }))
          return result
        })
      },
    },
  ],
})

function childOf(input: { workflowType: string; options: { workflowId?: string } }) {
  return { workflowType: input.workflowType, workflowId: input.options.workflowId ?? '' }
}
