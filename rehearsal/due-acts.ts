/** What a rehearsed workflow hears of its script. Workflows import it: nothing but words. */

/** An act of a script whose time is known. */
export interface DueAct {
  /** In the script. */
  index: number
  afterMs: number
}

/** What a workflow reads of its script as it begins. */
export interface ReadScript {
  acts: DueAct[]
  /** The rehearsal is over then, and the workflow with it. */
  endsAfterMs?: number
}

/** Tells the workflow of acts that are due so long from now. */
export const actsAreDueSignal = 'acts-are-due'
