/** What the API answers about routines and their times. */
import { z } from 'zod'
import { incidentNumber, time, views } from './views.ts'

const decidedTime = z
  .strictObject({
    dueAt: time,
    state: z.enum(['opened', 'missed']),
    incident: incidentNumber.nullable().describe('Null of one that was missed'),
    because: z.string().nullable().describe('Why it was missed'),
    startedBy: z.string().nullable().describe('Who started it by hand; null at its own times'),
    decidedAt: time,
  })
  .describe('A time of a routine, and what became of it')
  .register(views, { id: 'RoutineTime' })

const routine = z
  .strictObject({
    name: z.string(),
    title: z.string(),
    owner: z.string(),
    cron: z.string(),
    zone: z.string().describe('IANA name; the times are by its clocks'),
    windowMs: z.int().describe('A run begins, and begins steps, until this long after its time'),
    system: z.string(),
    environment: z.string(),
    next: z.array(time).describe('Its next times'),
    last: z.array(decidedTime).describe('The newest first'),
  })
  .describe('A runbook that runs at times')
  .register(views, { id: 'Routine' })
export type RoutineView = z.infer<typeof routine>

export const begunRun = z
  .strictObject({
    incident: incidentNumber,
    system: z.string(),
    environment: z.string(),
    closesAt: time.describe('It begins no step after this'),
  })
  .describe('A run that a person has started')
  .register(views, { id: 'BegunRun' })
export type BegunRun = z.infer<typeof begunRun>

export const routineList = z
  .strictObject({ routines: z.array(routine).describe('Those in force, by name') })
  .register(views, { id: 'RoutineList' })
export type RoutineList = z.infer<typeof routineList>
