import { z } from 'zod'

/** As much of Grafana's dashboard model as is read here. */
const dashboard = z.looseObject({
  panels: z.array(
    z.looseObject({ title: z.string(), targets: z.array(z.looseObject({ expr: z.string() })) }),
  ),
})

/** Every query of a dashboard; none of ours has variables. */
export function expressionsOf(json: unknown): string[] {
  return dashboard.parse(json).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
}
