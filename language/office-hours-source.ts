/** The hours of a team as they are written in a runbook. */
import { z } from 'zod'
import { isTimeZone, parseTimeOfDay, weekdays } from '../contracts/office-hours.ts'

const timeOfDay = z
  .string()
  .refine(written => parseTimeOfDay(written) !== undefined, 'must be a time of day such as "09:00"')
  .meta({ title: 'time of day', examples: ['09:00', '17:30'] })
  .transform(written => parseTimeOfDay(written) ?? 0)

export const officeHours = z
  .strictObject({
    zone: z
      .string()
      .refine(isTimeZone, 'must be the IANA name of a time zone such as Europe/Berlin')
      .describe('The time zone by its IANA name, such as Europe/Berlin; clocks that change are followed'),
    days: z
      .array(z.enum(weekdays))
      .min(1)
      .default(['mon', 'tue', 'wed', 'thu', 'fri'])
      .describe('The days of work'),
    from: timeOfDay.describe('The first minute of the day, in quotes'),
    to: timeOfDay.describe('The minute after the last, later than from; "24:00" is midnight'),
  })
  .meta({ title: 'office hours' })
