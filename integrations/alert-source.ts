import type { z } from 'zod'
import type { ParsedDelivery } from '../contracts/alert.ts'
import type { SourceConfiguration } from '../contracts/configuration.ts'

/** Who sent a body, and when it arrived: senders may leave times out. */
export interface Receipt {
  /** The configured name of the source; part of every key, so that two sources never share an incident. */
  source: string
  atMs: number
}

/** One way alerts come in. `parse` is pure: it takes the JSON value of a body and never throws. */
export interface AlertSource {
  kind: SourceConfiguration['kind']
  /** Longest body in bytes; longer ones are refused unread. */
  bodyBytes: number
  /** What `parse` validates with, for the documentation. */
  payload: z.ZodType
  parse(body: unknown, receipt: Receipt): ParsedDelivery | { problem: string }
}
