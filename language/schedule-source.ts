/** The times of a routine as they are written in a runbook. */
import { z } from 'zod'
import { duration } from '../contracts/duration.ts'
import { isTimeZone } from '../contracts/office-hours.ts'

const text = z.string().min(1)

export const schedule = z.strictObject({
  cron: text
    .meta({ title: 'cron', examples: ['0 2 * * mon', '30 4 1 * *'] })
    .describe(
      'Minute, hour, day of the month, month and day of the week, at least 5 minutes apart; with both days either of them is enough',
    ),
  zone: z
    .string()
    .refine(isTimeZone, 'must be the IANA name of a time zone such as Europe/Berlin')
    .describe(
      'The time zone by its IANA name; a time that a day has not is the next moment there is, one that it has twice is its first',
    ),
  window: duration({ min: 60_000 }).describe(
    'A run begins, and begins steps, until this long after its time; one that could not begin by then is missed, and people are told',
  ),
  system: text.describe('Whose targets it works on'),
  environment: text.describe('Whose targets it works on'),
})
