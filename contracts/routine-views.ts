/** What the API answers about runs of routines. */
import { z } from 'zod'

const time = z.iso.datetime()

export const routineRun = z
  .strictObject({
    dueAt: time.describe('The time of its schedule, or when a person started it'),
    closesAt: time.describe('It begins no step after this'),
    needsPeopleSince: time
      .nullable()
      .describe('From when on its levels count; null while all goes well, and nobody is called'),
  })
  .describe('Which run of a routine it is')
