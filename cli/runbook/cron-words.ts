/** The times of a schedule as one person says them to another; what is less usual stays as it is written. */
import { listed } from '../narrate/narration.ts'

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** `every Monday at 02:00`, `every day at 04:00`, `on day 1 of January and July at 09:30`, `every hour at minute 05`. */
export function timesInWords(cron: string): string {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.split(' ')
  const at = clockTimes(minute, hour)
  const days = daysOf(day, month, weekday)
  if (at === undefined || days === undefined) return `at the times of \`${cron}\``
  return hour === '*' && days === 'every day' ? at.replace(/^, /, '') : `${days}${at}`
}

function clockTimes(minute: string, hour: string): string | undefined {
  const minutes = numbersIn(minute, [], 0)
  if (minutes?.length !== 1) return undefined
  const two = (part: number): string => String(part).padStart(2, '0')
  const step = /^\*\/(\d+)$/.exec(hour)?.[1]
  if (hour === '*') return `, every hour at minute ${two(minutes[0]!)}`
  const hours = step === undefined ? numbersIn(hour, [], 0) : stepsOf(Number(step))
  if (hours === undefined || hours.length > 6) return undefined
  return ` at ${listed(hours.map(one => `${two(one)}:${two(minutes[0]!)}`))}`
}

function stepsOf(step: number): number[] {
  return Array.from({ length: Math.ceil(24 / step) }, (_, nth) => nth * step)
}

function daysOf(day: string, month: string, weekday: string): string | undefined {
  const inMonths = month === '*' ? '' : namesIn(month, months, 1)
  const onWeekdays = weekday === '*' ? '' : namesIn(weekday, weekdays, 0)
  const onDays = day === '*' ? [] : numbersIn(day, [], 0)
  if (inMonths === undefined || onWeekdays === undefined || onDays === undefined) return undefined
  const of = inMonths === '' ? '' : ` of ${inMonths}`
  if (onDays.length === 0)
    return `every ${onWeekdays === '' ? 'day' : onWeekdays}${inMonths === '' ? '' : ` in ${inMonths}`}`
  const dates = `on day ${listed(onDays.map(String))}${of === '' ? ' of each month' : of}`
  return onWeekdays === '' ? dates : `${dates} and every ${onWeekdays}`
}

function namesIn(part: string, names: readonly string[], first: number): string | undefined {
  const numbers = numbersIn(part, names, first)
  return numbers === undefined
    ? undefined
    : listed(numbers.map(number => names[(number - first) % names.length]!))
}

/** Of `1,4` and of `mon,fri`; undefined for anything else. */
function numbersIn(part: string, names: readonly string[], first: number): number[] | undefined {
  const numbers = part.split(',').map(word => {
    const named = names.findIndex(name => name.slice(0, 3).toLowerCase() === word.toLowerCase())
    return named >= 0 ? named + first : /^\d+$/.test(word) ? Number(word) : undefined
  })
  return numbers.includes(undefined) ? undefined : (numbers as number[])
}
